"""SSO and SCIM connections."""

from mockstytch.store.records.organizations import GroupRole
from mockstytch.store.records.scim import ScimConnection, ScimGroup
from mockstytch.store.records.sso import Certificate, ExternalConnection, OidcConnection, SamlConnection
from mockstytch.wire.values import Wire, time


def scim_connection(c: ScimConnection, base_url: str, group_names: dict[str, str]) -> Wire:
    """Return a SCIM connection with the last four characters of its tokens.

    Args:
        group_names: the names of the groups with roles, by id.
    """
    query = "?aadOptscim062020" if c.identity_provider == "microsoft-entra" else ""
    next_expires_at = c.next_bearer_token_expires_at
    return {
        "base_url": f"{base_url}/v1/b2b/scim/{c.connection_id}{query}",
        "bearer_token_expires_at": time(c.bearer_token_expires_at),
        "bearer_token_last_four": c.bearer_token[-4:],
        "connection_id": c.connection_id,
        "display_name": c.display_name,
        "identity_provider": c.identity_provider,
        "next_bearer_token_expires_at": time(next_expires_at) if next_expires_at else None,
        "next_bearer_token_last_four": c.next_bearer_token[-4:],
        "organization_id": c.organization_id,
        "scim_group_implicit_role_assignments": [
            {"group_id": r.group, "group_name": group_names.get(r.group, ""), "role_id": r.role_id}
            for r in c.group_roles
        ],
        "status": "active",
    }


def scim_group(g: ScimGroup) -> Wire:
    """Return a SCIM group."""
    return {
        "connection_id": g.connection_id,
        "group_id": g.group_id,
        "group_name": g.group_name,
        "organization_id": g.organization_id,
    }


def scim_member_group(g: ScimGroup, member_id: str) -> Wire:
    """Return the membership of a member in a SCIM group, for webhooks."""
    return {**scim_group(g), "member_id": member_id}


def sso_callback_url(base_url: str, connection_id: str) -> str:
    """Return the URL that identity providers redirect to: the ACS URL in SAML, the redirect URL in OIDC."""
    return f"{base_url}/v1/b2b/sso/callback/{connection_id}"


def saml_connection(c: SamlConnection, base_url: str) -> Wire:
    """Return a SAML connection."""
    callback_url = sso_callback_url(base_url, c.connection_id)
    return {
        "acs_url": callback_url,
        "allow_gateway_callback": c.allow_gateway_callback,
        "alternative_acs_url": c.alternative_acs_url,
        "alternative_audience_uri": c.alternative_audience_uri,
        "attribute_mapping": c.attribute_mapping,
        "audience_uri": callback_url,
        "connection_id": c.connection_id,
        "display_name": c.display_name,
        "encryption_private_keys": [
            {"created_at": time(k.created_at), "private_key": k.private_key, "private_key_id": k.private_key_id}
            for k in c.encryption_private_keys
        ],
        "identity_provider": c.identity_provider,
        "idp_entity_id": c.idp_entity_id,
        "idp_initiated_auth_disabled": c.idp_initiated_auth_disabled,
        "idp_sso_url": c.idp_sso_url,
        "nameid_format": c.nameid_format,
        "organization_id": c.organization_id,
        "saml_connection_implicit_role_assignments": [{"role_id": role_id} for role_id in c.roles],
        "saml_group_implicit_role_assignments": _group_roles(c.group_roles),
        "signing_certificates": [_certificate(certificate) for certificate in c.signing_certificates],
        "status": c.status,
        "verification_certificates": [_certificate(certificate) for certificate in c.verification_certificates],
    }


def _group_roles(group_roles: list[GroupRole]) -> list[Wire]:
    return [{"group": g.group, "role_id": g.role_id} for g in group_roles]


def _certificate(c: Certificate) -> Wire:
    return {
        "certificate": c.certificate,
        "certificate_id": c.certificate_id,
        "created_at": time(c.created_at),
        "expires_at": time(c.expires_at),
        "issuer": c.issuer,
        "updated_at": time(c.updated_at),
    }


def oidc_connection(c: OidcConnection, base_url: str) -> Wire:
    """Return an OIDC connection."""
    return {
        "attribute_mapping": c.attribute_mapping,
        "authorization_url": c.authorization_url,
        "client_id": c.client_id,
        "client_secret": c.client_secret,
        "connection_id": c.connection_id,
        "custom_scopes": c.custom_scopes,
        "display_name": c.display_name,
        "identity_provider": c.identity_provider,
        "issuer": c.issuer,
        "jwks_url": c.jwks_url,
        "organization_id": c.organization_id,
        "redirect_url": sso_callback_url(base_url, c.connection_id),
        "status": c.status,
        "token_url": c.token_url,
        "userinfo_url": c.userinfo_url,
    }


def external_connection(c: ExternalConnection) -> Wire:
    """Return an external connection."""
    return {
        "connection_id": c.connection_id,
        "display_name": c.display_name,
        "external_connection_id": c.external_connection_id,
        "external_connection_implicit_role_assignments": [{"role_id": role_id} for role_id in c.roles],
        "external_group_implicit_role_assignments": _group_roles(c.group_roles),
        "external_organization_id": c.external_organization_id,
        "organization_id": c.organization_id,
        "status": "active",
    }
