"""SCIM: the connection of an organization to a directory, and the directory's users and groups.

``scim_users`` turns a directory's users into members: it creates, updates and deletes the member of a user.
``scim_groups`` keeps the groups and their memberships, which can imply roles. ``scim_connections`` has the connection
itself and its bearer tokens.

The functions take resources as plain JSON. The package must not parse SCIM requests, filters or PATCH operations:
``mockstytch.scim_server`` does. Start with ``scim_users.create``.
"""
