"""Imports every module that declares a table, so that the schema is whole. Parents first."""

from mockstytch.store import (
    credentials,
    events,
    impersonation,
    members,
    messages,
    organizations,
    projects,
    scim,
    sessions,
)

__all__ = [
    "credentials",
    "events",
    "impersonation",
    "members",
    "messages",
    "organizations",
    "projects",
    "scim",
    "sessions",
]
