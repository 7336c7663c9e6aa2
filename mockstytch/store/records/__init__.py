"""The records: one frozen class for each table.

Importing this package declares every table. A module holds the records of one subject. Records don't read or write the
database: ``mockstytch.store.store`` does. Start with ``organizations`` and ``members``; the others refer to them.
"""

from mockstytch.store.records import (
    credentials,
    fraud,
    members,
    messages,
    oauth_server,
    organizations,
    projects,
    scim,
    sessions,
    shared,
    snapshots,
    sso,
    webhooks,
)

__all__ = [
    "credentials",
    "fraud",
    "members",
    "messages",
    "oauth_server",
    "organizations",
    "projects",
    "scim",
    "sessions",
    "shared",
    "snapshots",
    "sso",
    "webhooks",
]
