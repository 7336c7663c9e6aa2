"""SSO: an organization's connections, the ways through them, and who came."""

from datetime import datetime
from typing import Annotated, Any, Literal

from mockstytch.store.record import ForeignKey, GlobalIndex, Index, PrimaryKey, Record, Unique, table
from mockstytch.store.records.members import MemberKey
from mockstytch.store.records.organizations import GroupRole, OrganizationKey
from mockstytch.values import Frozen

Protocol = Literal["saml", "oidc"]
ConnectionStatus = Literal["pending", "active"]
NAMEID_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


class Certificate(Frozen):
    certificate_id: str
    certificate: str
    issuer: str
    created_at: datetime
    expires_at: datetime
    updated_at: datetime


class PrivateKey(Frozen):
    private_key_id: str
    private_key: str
    created_at: datetime


@table("saml_connections", GlobalIndex("connection_id"))
class SamlConnection(Record):
    """
    Attributes:
        attribute_mapping: from what the member has here (``email``, ``full_name``, …) to what the IdP calls it.
        signing_private_key: "" is the built-in one.
        roles, group_roles: what everybody who comes this way has, and what an IdP's group gives.
    """

    connection_id: PrimaryKey
    organization_id: OrganizationKey
    display_name: str = ""
    identity_provider: str = "generic"
    status: ConnectionStatus = "pending"
    idp_entity_id: str = ""
    idp_sso_url: str = ""
    attribute_mapping: dict[str, Any] = {}
    verification_certificates: list[Certificate] = []
    signing_certificates: list[Certificate] = []
    signing_private_key: str = ""
    encryption_private_keys: list[PrivateKey] = []
    roles: list[str] = []
    group_roles: list[GroupRole] = []
    alternative_audience_uri: str = ""
    alternative_acs_url: str = ""
    nameid_format: str = NAMEID_FORMAT
    idp_initiated_auth_disabled: bool = False
    allow_gateway_callback: bool = False
    position: int


@table("oidc_connections", GlobalIndex("connection_id"))
class OidcConnection(Record):
    """
    Attributes:
        secret_in_body: the IdP takes the client's secret in the form only, as its metadata said.
    """

    connection_id: PrimaryKey
    organization_id: OrganizationKey
    display_name: str = ""
    identity_provider: str = "generic"
    status: ConnectionStatus = "pending"
    client_id: str = ""
    client_secret: str = ""
    issuer: str = ""
    authorization_url: str = ""
    token_url: str = ""
    userinfo_url: str = ""
    jwks_url: str = ""
    custom_scopes: str = ""
    attribute_mapping: dict[str, Any] = {}
    secret_in_body: bool = False
    position: int


@table(
    "external_connections",
    Unique("organization_id", "external_connection_id"),
    Index("external_connection_id"),
)
class ExternalConnection(Record):
    """Another organization's connection, lent to this one."""

    connection_id: PrimaryKey
    organization_id: OrganizationKey
    external_organization_id: str
    external_connection_id: str
    display_name: str = ""
    roles: list[str] = []
    group_roles: list[GroupRole] = []
    position: int


@table("sso_flows")
class SsoFlow(Record):
    """One way to an identity provider and back.

    Attributes:
        state: what comes back with the browser; SAML's relay state.
        connection_id: the connection that was asked for.
        idp_connection_id: the one that it goes through; another one where that is external.
        request_id: of the SAML request, or OIDC's nonce: what the answer must repeat.
        acs_url: where the answer was asked to.
    """

    state: PrimaryKey
    connection_id: str
    idp_connection_id: str
    organization_id: OrganizationKey
    login_url: str
    signup_url: str
    pkce_code_challenge: str = ""
    request_id: str
    acs_url: str
    scopes: list[str] = []
    expires_at: datetime
    used_at: datetime | None = None


@table("sso_accounts")
class SsoAccount(Record):
    """Somebody at an identity provider, as of the latest login.

    Attributes:
        account_key: ``<connection>:<external id>``.
        attributes: what the IdP said, as it calls it.
        trusted_metadata: what the mapping takes from that into the member's.
        scopes, id_token, …: what came from an OIDC token endpoint.
    """

    account_key: PrimaryKey
    connection_id: str
    external_id: str
    email_address: str
    name: str = ""
    groups: list[str] = []
    attributes: dict[str, Any] = {}
    trusted_metadata: dict[str, Any] = {}
    scopes: list[str] = []
    id_token: str = ""
    access_token: str = ""
    access_token_expires_at: datetime | None = None
    refresh_token: str = ""


@table("sso_registrations", Unique("connection_id", "account_key"), Unique("connection_id", "member_id"))
class SsoRegistration(Record):
    """A member's account at an identity provider. What is shown of it is kept on the member as well.

    Attributes:
        connection_id: the connection of the member's organization, which may be an external one.
    """

    registration_id: PrimaryKey
    member_id: MemberKey
    connection_id: str
    account_key: str


@table("saml_assertions", Index("expires_at"))
class SamlAssertion(Record):
    """An assertion that was taken once, and is never taken again."""

    assertion_key: PrimaryKey
    expires_at: datetime


@table("idp_keys")
class BuiltinProviderKey(Record):
    """A key that the built-in identity provider of a connection rotated to, with its certificate."""

    kid: PrimaryKey
    connection_id: str
    private_key: str
    jwk: dict[str, Any]
    position: int


@table("idp_people", Index("connection_id"))
class BuiltinProviderPerson(Record):
    """Somebody who has been at the built-in identity provider of a connection."""

    person_key: PrimaryKey
    connection_id: str
    identity: dict[str, Any]
    position: int


@table("idp_grants", Unique("access_token"), Unique("refresh_token"))
class BuiltinProviderGrant(Record):
    """What the built-in OpenID provider gave: a code first, tokens for it then."""

    code: PrimaryKey
    connection_id: Annotated[str, ForeignKey(OidcConnection)]
    person_key: str
    redirect_uri: str
    nonce: str
    scopes: list[str]
    access_token: str | None = None
    refresh_token: str | None = None
    token_expires_at: datetime | None = None
    expires_at: datetime
    used_at: datetime | None = None
