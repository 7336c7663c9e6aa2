"""Sessions of members, and everything that a session JWT needs.

Begin with ``sessions``, which starts, finds, extends and revokes sessions. ``jwt`` signs and verifies the JWTs of a
project, and ``jwt_templates`` adds claims to them. ``actors`` turns a session into the caller of a request, and
``trusted_tokens`` verifies the JWTs that ``sessions.attest`` exchanges for a session. ``sdk_settings`` checks an SDK
configuration, which limits the sessions of browsers and mobile apps.

This package doesn't decide whether a member can log in: see ``domain.login``.
"""
