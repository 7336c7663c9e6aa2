"""The errors of editing an RBAC policy."""

from mockstytch.errors.kinds import b2b, shared  # noqa: F401

# fmt: off
# fmt: on
