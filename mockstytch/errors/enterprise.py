"""The errors of attested tokens, session migration, exchanged access tokens and impersonation."""

from mockstytch.errors.kinds import b2b, shared  # noqa: F401

# fmt: off
# fmt: on
