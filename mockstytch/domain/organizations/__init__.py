"""Organizations and members: settings, search, creation, deletion, and just-in-time provisioning.

It decides which settings an organization can have, who can join it, and which columns of a member are unique. It must
not verify credentials or start sessions: ``credentials`` and ``login`` do.

Start with ``organization_settings``, then ``provisioning``, which inserts members.
"""
