"""Imports every module that declares a table, so that the schema is whole."""

from mockstytch.store import credentials, events, management, members, messages, organizations, projects, sessions

__all__ = ["credentials", "events", "management", "members", "messages", "organizations", "projects", "sessions"]
from mockstytch.store import (  # noqa: F401  declaring is all that they are asked for
    fraud,
    impersonation,
    webhooks,
)
