"""The sections of a seed, and what their entries can have besides the fields of the API's requests.

An id or a secret that isn't given is generated, as by the API.
"""

from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

from mockstytch.api import connected_apps, m2m, members, organizations, rbac, scim, sso_oidc, sso_saml
from mockstytch.ids import PREFIXES
from mockstytch.seed_file import MOST_PEOPLE
from mockstytch.store.records.projects import ProjectSettings
from mockstytch.values import Frozen

Table = dict[str, Any]

_ID = "[A-Za-z0-9_-]{1,80}"


def _id_of(kind: str) -> Meta:
    """Return the limits of a given id: it begins like a generated one. "" generates it."""
    prefix = f"{PREFIXES[kind]}-test-"
    return Meta(pattern=f"^({prefix}{_ID})?$", description=f"begins with {prefix}")


OrganizationId = Annotated[str, _id_of("organization")]
MemberId = Annotated[str, _id_of("member")]
EmailId = Annotated[str, _id_of("email")]
PhoneId = Annotated[str, _id_of("phone")]
PasswordId = Annotated[str, _id_of("password")]
TotpId = Annotated[str, _id_of("totp")]
SessionId = Annotated[str, _id_of("session")]
SamlId = Annotated[str, _id_of("saml_connection")]
SamlSigningId = Annotated[str, _id_of("saml_signing_key")]
SamlVerificationId = Annotated[str, _id_of("saml_verification_key")]
OidcId = Annotated[str, _id_of("oidc_connection")]
ScimId = Annotated[str, _id_of("scim_connection")]
AppId = Annotated[str, _id_of("connected_app")]
SessionToken = Annotated[
    str, Meta(pattern="^([A-Za-z0-9_-]{43}[A-Za-z0-9_=-])?$", description="44 characters: letters, digits, - and _")
]
ClientSecret = Annotated[str, Meta(pattern="^([!-~]{8,200})?$", description="8 to 200 characters, without spaces")]
BearerToken = Annotated[str, Meta(pattern="^([A-Za-z0-9]{16,200})?$", description="16 to 200 letters and digits")]


class SessionEntry(Frozen):
    """A session of a member, without a login.

    Attributes:
        factors: as for ``POST /_mock/api/sessions``.
        session_duration_minutes: from the time at which the seed is loaded.
    """

    member_session_id: SessionId = ""
    session_token: SessionToken = ""
    session_duration_minutes: int | None = None
    factors: list[str] = msgspec.field(default_factory=lambda: ["magic_link"])
    custom_claims: dict[str, Any] = {}


class MemberEntry(Frozen):
    """What a member can have besides the fields of the create request.

    Attributes:
        totp_secret: the secret of an active authenticator app, in base32.
        recovery_codes: the codes that replace it; ten are generated if there are none.
    """

    member_id: MemberId = ""
    email_id: EmailId = ""
    mfa_phone_id: PhoneId = ""
    member_password_id: PasswordId = ""
    totp_registration_id: TotpId = ""
    email_address_verified: bool = False
    mfa_phone_number_verified: bool = False
    password: str = ""
    totp_secret: str = ""
    recovery_codes: list[str] = []
    sessions: list[SessionEntry] = []


class OrganizationEntry(Frozen):
    organization_id: OrganizationId = ""


class SamlEntry(Frozen):
    type: Literal["saml"]
    connection_id: SamlId = ""
    signing_certificate_id: SamlSigningId = ""
    verification_certificate_id: SamlVerificationId = ""


class OidcEntry(Frozen):
    type: Literal["oidc"]
    connection_id: OidcId = ""


class ScimEntry(Frozen):
    connection_id: ScimId = ""
    bearer_token: BearerToken = ""


class ConnectedAppEntry(Frozen):
    client_id: AppId = ""
    client_secret: ClientSecret = ""


class NoEntry(Frozen):
    """A section whose entries have only the fields of a request."""


class Section(NamedTuple):
    """What the entries of a section have.

    Attributes:
        request: the request with their fields.
        own: further fields.
        hidden: fields of the request that the seed sets itself.
        inner: sections inside an entry.
    """

    request: type[msgspec.Struct]
    own: type[Frozen] = NoEntry
    hidden: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()

    def fields(self) -> list[str]:
        """Return the names that an entry can have, without inner sections."""
        request = [name for name in self.request.__struct_fields__ if name not in self.hidden]
        return list(dict.fromkeys((*request, *self.own.__struct_fields__)))

    def split(self, entry: Table) -> tuple[Table, Table]:
        """Return the fields of the request in an entry, and its own fields. A null is the same as an absent field."""
        given = {name: value for name, value in entry.items() if value is not None and name not in self.inner}
        own = {name: value for name, value in given.items() if name in self.own.__struct_fields__}
        return {name: value for name, value in given.items() if name not in own}, own


ORGANIZATION_SECTIONS = ("org_policy", "connections", "scim_connection", "members")
PROJECT_SECTIONS = ("settings", "m2m_clients", "connected_apps", "organizations", "generate")
SETTINGS = Section(ProjectSettings)
M2M_CLIENT = Section(m2m.Create)
CONNECTED_APP = Section(connected_apps.Create, ConnectedAppEntry)
ORGANIZATION = Section(organizations.Create, OrganizationEntry, inner=ORGANIZATION_SECTIONS)
ORG_POLICY = Section(rbac.SetOrgPolicy, hidden=("organization_id",))
MEMBER = Section(members.Create, MemberEntry, hidden=("organization_id",))
SAML = Section(sso_saml.Update, SamlEntry, hidden=("organization_id", "connection_id"))
OIDC = Section(sso_oidc.Update, OidcEntry, hidden=("organization_id", "connection_id"))
SCIM = Section(scim.Create, ScimEntry, hidden=("organization_id",))


class Generate(Frozen, forbid_unknown_fields=True):
    """People and organizations with made-up names.

    Attributes:
        people: the number of members.
        organizations: how many organizations they belong to; None is one for about 20 people.
        random_seed: another number gives other names; the same number gives the same ones.
    """

    people: Annotated[int, Meta(ge=1, le=MOST_PEOPLE)]
    organizations: Annotated[int, Meta(ge=1, le=1000)] | None = None
    random_seed: int = 0


def rule_of(model: type[Frozen], name: str) -> str:
    """Return what a field with a pattern can have."""
    for struct in (model, SessionEntry):
        for field in msgspec.structs.fields(struct):
            if field.name == name:
                return str(field.type.__metadata__[0].description)
    raise LookupError(name)
