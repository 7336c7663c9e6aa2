"""SSO: connections, flows, accounts and registrations, and the data of the built-in identity provider."""

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
    """An X.509 certificate of a SAML connection."""

    certificate_id: str
    certificate: str
    issuer: str
    created_at: datetime
    expires_at: datetime
    updated_at: datetime


class PrivateKey(Frozen):
    """A private key that decrypts SAML assertions."""

    private_key_id: str
    private_key: str
    created_at: datetime


@table("saml_connections", GlobalIndex("connection_id"))
class SamlConnection(Record):
    """A SAML connection of an organization.

    Attributes:
        attribute_mapping: from a member's field (``email``, ``full_name``, …) to the attribute's name at the IdP.
        signing_private_key: the key that signs requests; "" uses the built-in key.
        roles: the roles of every member who logs in with this connection.
        group_roles: the roles that a group at the IdP implies.
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
    """An OpenID Connect connection of an organization.

    Attributes:
        secret_in_body: whether the IdP's metadata allows the client secret only in the form, not in the header.
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
    """A connection of another organization that members of this one can use."""

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
    """One login at an identity provider, from the start endpoint to the callback.

    Attributes:
        state: the OIDC ``state``, or the SAML relay state.
        connection_id: the requested connection.
        idp_connection_id: the connection to the IdP; it differs if the requested one is external.
        request_id: the SAML request's id, or the OIDC nonce, which the response must repeat.
        acs_url: the callback URL of the request.
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
    """An account at an identity provider, as of the latest login.

    Attributes:
        account_key: ``<connection>:<external id>``.
        attributes: the account's attributes with the IdP's names.
        trusted_metadata: what the attribute mapping copies into the member's ``trusted_metadata``.
        scopes, id_token, access_token, refresh_token: the response of the OIDC token endpoint.
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
    """The link between a member and an account at an identity provider.

    The fields that the API returns are also stored in ``Member.sso_registrations``.

    Attributes:
        connection_id: the connection of the member's organization, which can be an external one.
    """

    registration_id: PrimaryKey
    member_id: MemberKey
    connection_id: str
    account_key: str


@table("saml_assertions", Index("expires_at"))
class SamlAssertion(Record):
    """A SAML assertion that was accepted, so that it isn't accepted again."""

    assertion_key: PrimaryKey
    expires_at: datetime


@table("idp_keys")
class BuiltinProviderKey(Record):
    """A signing key that the built-in identity provider of a connection rotated to."""

    kid: PrimaryKey
    connection_id: str
    private_key: str
    jwk: dict[str, Any]
    position: int


@table("idp_people", Index("connection_id"))
class BuiltinProviderPerson(Record):
    """An identity that logged in at the built-in identity provider of a connection."""

    person_key: PrimaryKey
    connection_id: str
    identity: dict[str, Any]
    position: int


@table("idp_grants", Unique("access_token"), Unique("refresh_token"))
class BuiltinProviderGrant(Record):
    """An authorization code of the built-in OpenID provider, and the tokens issued for it."""

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
