"""Organizations, and the index of their e-mail domains and OAuth tenants."""

from datetime import datetime
from typing import Annotated, Any

from mockstytch.store.record import ForeignKey, Index, PrimaryKey, Record, Unique, table
from mockstytch.store.records.projects import Role
from mockstytch.values import Frozen


class GroupRole(Frozen):
    """A role that membership of a group implies.

    Attributes:
        group: the group's name at an SSO identity provider, or its id in a SCIM directory.
    """

    group: str
    role_id: str


class SsoSummary(Frozen):
    """An SSO connection as stored with its organization: what the API returns of it, and the roles that it implies.

    It saves a query for the connections each time an organization or a member is read.
    """

    connection_id: str
    display_name: str
    identity_provider: str
    active: bool
    roles: list[str] = []
    group_roles: list[GroupRole] = []


class ScimSummary(Frozen):
    """The active SCIM connection as stored with its organization, for the same purpose as ``SsoSummary``."""

    connection_id: str
    display_name: str
    bearer_token_last_four: str
    bearer_token_expires_at: datetime | None = None
    group_roles: list[GroupRole] = []


@table(
    "organizations",
    Unique("slug_key"),
    Unique("organization_external_id"),
    Index("position"),
)
class Organization(Record):
    """A tenant of the project.

    Attributes:
        slug_key: the slug in lower case, because slugs that differ only in case are the same.
        position: the order of creation.
    """

    organization_id: PrimaryKey
    organization_name: str
    organization_slug: str
    slug_key: str
    organization_external_id: str | None = None
    organization_logo_url: str = ""
    trusted_metadata: dict[str, Any] = {}
    sso_connections: list[SsoSummary] = []
    scim_connection: ScimSummary | None = None
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


OrganizationKey = Annotated[str, ForeignKey(Organization)]


@table("organization_domains", Unique("organization_id", "use", "domain"), Index("use", "domain"))
class OrganizationDomain(Record):
    """An entry of an organization's lists of e-mail domains or OAuth tenants, to find organizations by it.

    Attributes:
        use: ``allowed`` or ``claimed`` for an e-mail domain; the provider's name for an OAuth tenant.
        domain: the e-mail domain or the tenant's id.
    """

    domain_id: PrimaryKey
    organization_id: OrganizationKey
    use: str
    domain: str
