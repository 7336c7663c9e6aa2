"""The ledger of known gaps: operations of the official SDK that this server answers with 501.

A test derives the list of operations from the installed SDK: one that is served and still stands here, or that is
neither served nor here, fails it.
"""

GAPS: tuple[tuple[str, str], ...] = (
    ("POST", "/v1/connected_apps/clients"),
    ("POST", "/v1/connected_apps/clients/search"),
    ("GET", "/v1/connected_apps/clients/{client_id}"),
    ("PUT", "/v1/connected_apps/clients/{client_id}"),
    ("DELETE", "/v1/connected_apps/clients/{client_id}"),
    ("POST", "/v1/connected_apps/clients/{client_id}/secrets/rotate"),
    ("POST", "/v1/connected_apps/clients/{client_id}/secrets/rotate/cancel"),
    ("POST", "/v1/connected_apps/clients/{client_id}/secrets/rotate/start"),
    ("POST", "/v1/b2b/idp/oauth/authorize"),
    ("POST", "/v1/b2b/idp/oauth/authorize/start"),
    ("POST", "/v1/public/{project_id}/oauth2/introspect"),
    ("POST", "/v1/m2m/clients"),
    ("POST", "/v1/m2m/clients/search"),
    ("GET", "/v1/m2m/clients/{client_id}"),
    ("PUT", "/v1/m2m/clients/{client_id}"),
    ("DELETE", "/v1/m2m/clients/{client_id}"),
    ("POST", "/v1/m2m/clients/{client_id}/secrets/rotate"),
    ("POST", "/v1/m2m/clients/{client_id}/secrets/rotate/cancel"),
    ("POST", "/v1/m2m/clients/{client_id}/secrets/rotate/start"),
    ("POST", "/v1/public/{project_id}/oauth2/token"),
    ("GET", "/v1/b2b/organizations/{organization_id}/connected_apps"),
    ("GET", "/v1/b2b/organizations/{organization_id}/connected_apps/{connected_app_id}"),
    ("GET", "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps"),
    ("POST", "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps/{connected_app_id}/revoke"),
    ("POST", "/v1/b2b/sessions/exchange_access_token"),
)
