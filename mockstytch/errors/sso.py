"""The errors of SSO connections, their start, their callback."""

from mockstytch.errors.kinds import b2b, shared  # noqa: F401

# fmt: off
# fmt: on
