"""The errors of M2M clients, connected apps, and the OAuth authorization server."""

from mockstytch.errors.kinds import b2b, shared  # noqa: F401

# fmt: off
# fmt: on
