"""Credentials of members: passwords, one-time tokens and codes, authenticator apps, recovery codes; and member locks.

These modules store credentials and verify them. They don't start sessions and don't decide which factors a login needs:
``mockstytch.domain.login`` does. Start with ``one_time_tokens`` (links and redirects) and ``passwords``.
"""
