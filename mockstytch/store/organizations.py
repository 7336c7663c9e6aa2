"""Organizations, and the e-mail domains they let in or claim."""

from datetime import datetime
from typing import Annotated, Any

from mockstytch.store.projects import Role
from mockstytch.store.record import Indexed, Key, Record, References, Unique, table


@table(
    "organizations",
    Unique("slug_key"),
    Unique("organization_external_id"),
    Indexed("position"),
)
class Organization(Record):
    """A tenant. ``slug_key`` is the slug in lower case: two slugs that differ only by case are the same one."""

    organization_id: Key
    organization_name: str
    organization_slug: str
    slug_key: str
    organization_external_id: str | None = None
    organization_logo_url: str = ""
    trusted_metadata: dict[str, Any] = {}
    sso_default_connection_id: str | None = None
    sso_jit_provisioning: str = "ALL_ALLOWED"
    sso_jit_provisioning_allowed_connections: list[str] = []
    email_allowed_domains: list[str] = []
    email_jit_provisioning: str = "NOT_ALLOWED"
    email_invites: str = "ALL_ALLOWED"
    auth_methods: str = "ALL_ALLOWED"
    allowed_auth_methods: list[str] = []
    mfa_policy: str = "OPTIONAL"
    mfa_methods: str = "ALL_ALLOWED"
    allowed_mfa_methods: list[str] = []
    rbac_email_implicit_role_assignments: list[dict[str, str]] = []
    oauth_tenant_jit_provisioning: str = "NOT_ALLOWED"
    allowed_oauth_tenants: dict[str, list[str]] = {}
    claimed_email_domains: list[str] = []
    first_party_connected_apps_allowed_type: str = "ALL_ALLOWED"
    allowed_first_party_connected_apps: list[str] = []
    third_party_connected_apps_allowed_type: str = "ALL_ALLOWED"
    allowed_third_party_connected_apps: list[str] = []
    custom_roles: list[Role] = []
    created_at: datetime
    updated_at: datetime
    position: int


OrganizationKey = Annotated[str, References(Organization)]


@table("organization_domains", Unique("organization_id", "use", "domain"), Indexed("use", "domain"))
class OrganizationDomain(Record):
    """One entry of an organization's domain or tenant lists, so that organizations can be found by it.

    ``use`` is ``allowed`` or ``claimed`` for e-mail domains, and the provider's name for the tenants let in.
    """

    domain_id: Key
    organization_id: OrganizationKey
    use: str
    domain: str
