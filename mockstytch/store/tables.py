"""Imports every module that declares a table, so that the schema is whole. Parents first."""

from mockstytch.store import (
    authorizations,
    clients,
    credentials,
    events,
    impersonation,
    members,
    messages,
    organizations,
    projects,
    sessions,
)

__all__ = [
    "authorizations",
    "clients",
    "credentials",
    "events",
    "impersonation",
    "members",
    "messages",
    "organizations",
    "projects",
    "sessions",
]
