"""The ledger of known gaps: operations of the official SDK that this server answers with 501.

A test derives the list of operations from the installed SDK: one that is served and still stands here, or that is
neither served nor here, fails it.
"""

GAPS: tuple[tuple[str, str], ...] = (
    # connected_app
    ("POST", "/v1/connected_apps/clients"),
    ("POST", "/v1/connected_apps/clients/search"),
    ("GET", "/v1/connected_apps/clients/{client_id}"),
    ("PUT", "/v1/connected_apps/clients/{client_id}"),
    ("DELETE", "/v1/connected_apps/clients/{client_id}"),
    ("POST", "/v1/connected_apps/clients/{client_id}/secrets/rotate"),
    ("POST", "/v1/connected_apps/clients/{client_id}/secrets/rotate/cancel"),
    ("POST", "/v1/connected_apps/clients/{client_id}/secrets/rotate/start"),
    # idp
    ("POST", "/v1/b2b/idp/oauth/authorize"),
    ("POST", "/v1/b2b/idp/oauth/authorize/start"),
    ("POST", "/v1/public/{project_id}/oauth2/introspect"),
    # m2m
    ("POST", "/v1/m2m/clients"),
    ("POST", "/v1/m2m/clients/search"),
    ("GET", "/v1/m2m/clients/{client_id}"),
    ("PUT", "/v1/m2m/clients/{client_id}"),
    ("DELETE", "/v1/m2m/clients/{client_id}"),
    ("POST", "/v1/m2m/clients/{client_id}/secrets/rotate"),
    ("POST", "/v1/m2m/clients/{client_id}/secrets/rotate/cancel"),
    ("POST", "/v1/m2m/clients/{client_id}/secrets/rotate/start"),
    ("POST", "/v1/public/{project_id}/oauth2/token"),
    # organizations
    ("GET", "/v1/b2b/organizations/{organization_id}/connected_apps"),
    ("GET", "/v1/b2b/organizations/{organization_id}/connected_apps/{connected_app_id}"),
    # organizations.members
    ("GET", "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps"),
    ("POST", "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps/{connected_app_id}/revoke"),
    ("GET", "/v1/b2b/organizations/{organization_id}/members/{member_id}/oidc_providers"),
    # scim
    ("GET", "/v1/b2b/scim/{organization_id}/connection"),
    ("POST", "/v1/b2b/scim/{organization_id}/connection"),
    ("GET", "/v1/b2b/scim/{organization_id}/connection/{connection_id}"),
    ("PUT", "/v1/b2b/scim/{organization_id}/connection/{connection_id}"),
    ("DELETE", "/v1/b2b/scim/{organization_id}/connection/{connection_id}"),
    ("POST", "/v1/b2b/scim/{organization_id}/connection/{connection_id}/rotate/cancel"),
    ("POST", "/v1/b2b/scim/{organization_id}/connection/{connection_id}/rotate/complete"),
    ("POST", "/v1/b2b/scim/{organization_id}/connection/{connection_id}/rotate/start"),
    # sessions
    ("POST", "/v1/b2b/sessions/exchange_access_token"),
    # sso
    ("POST", "/v1/b2b/sso/authenticate"),
    ("POST", "/v1/b2b/sso/external/{organization_id}"),
    ("PUT", "/v1/b2b/sso/external/{organization_id}/connections/{connection_id}"),
    ("POST", "/v1/b2b/sso/oidc/{organization_id}"),
    ("PUT", "/v1/b2b/sso/oidc/{organization_id}/connections/{connection_id}"),
    ("POST", "/v1/b2b/sso/saml/{organization_id}"),
    ("PUT", "/v1/b2b/sso/saml/{organization_id}/connections/{connection_id}"),
    (
        "DELETE",
        "/v1/b2b/sso/saml/{organization_id}/connections/{connection_id}/encryption_private_keys/{private_key_id}",
    ),
    ("PUT", "/v1/b2b/sso/saml/{organization_id}/connections/{connection_id}/url"),
    (
        "DELETE",
        "/v1/b2b/sso/saml/{organization_id}/connections/{connection_id}/verification_certificates/{certificate_id}",
    ),
    ("GET", "/v1/b2b/sso/{organization_id}"),
    ("DELETE", "/v1/b2b/sso/{organization_id}/connections/{connection_id}"),
)
