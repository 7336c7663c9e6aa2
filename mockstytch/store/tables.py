"""Imports every module that declares a table, so that the schema is whole."""

from mockstytch.store import (  # noqa: F401  declaring is all that they are asked for
    authorizations,
    clients,
    credentials,
    events,
    fraud,
    impersonation,
    management,
    members,
    messages,
    organizations,
    projects,
    scim,
    sessions,
    sso,
    webhooks,
)
