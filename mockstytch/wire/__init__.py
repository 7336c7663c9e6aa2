"""The objects of the API, written from records: one pure function for each, named after the object.

Every key is written out. As recorded from the real API, missing strings are ``""`` and missing objects are ``null``. It
must not read the store: what a function needs is passed in.

Start with ``members``. Other packages call ``wire.member(…)``, ``wire.organization(…)``.
"""

from mockstytch.wire.clients import connected_app, connected_app_public, installed_app, m2m_client
from mockstytch.wire.connections import (
    external_connection,
    oidc_connection,
    saml_connection,
    scim_connection,
    scim_group,
    scim_member_group,
    sso_callback_url,
)
from mockstytch.wire.members import factor, member, session, session_claims
from mockstytch.wire.messages import message
from mockstytch.wire.organizations import organization, resource, role, scope
from mockstytch.wire.values import Wire, time

__all__ = [
    "Wire",
    "connected_app",
    "connected_app_public",
    "external_connection",
    "factor",
    "installed_app",
    "m2m_client",
    "member",
    "message",
    "oidc_connection",
    "organization",
    "resource",
    "role",
    "saml_connection",
    "scim_connection",
    "scim_group",
    "scim_member_group",
    "scope",
    "session",
    "session_claims",
    "sso_callback_url",
    "time",
]
