"""Imports every module that declares a table, so that the schema is whole. Parents first."""

from mockstytch.store import (
    credentials,
    events,
    fraud,
    impersonation,
    members,
    messages,
    organizations,
    projects,
    sessions,
    webhooks,
)

__all__ = [
    "credentials",
    "events",
    "fraud",
    "impersonation",
    "members",
    "messages",
    "organizations",
    "projects",
    "sessions",
    "webhooks",
]
