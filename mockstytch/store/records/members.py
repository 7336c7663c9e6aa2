"""Members, and reserved e-mail addresses."""

from datetime import datetime
from typing import Annotated, Any, Literal

from mockstytch.store.record import KEY, ForeignKey, Index, PrimaryKey, Record, Unique, table
from mockstytch.store.records.organizations import OrganizationKey
from mockstytch.values import Frozen

Status = Literal["active", "pending", "invited", "deleted"]


class RetiredEmail(Frozen):
    """A former e-mail address of a member."""

    email_id: str
    email_address: str


class OAuthLink(Frozen):
    """A member's account at an OAuth provider: the fields that the API returns with the member."""

    member_oauth_registration_id: str
    provider_type: str
    provider_subject: str
    profile_picture_url: str = ""
    locale: str = ""


class SsoLink(Frozen):
    """A member's account at an identity provider of the organization.

    Attributes:
        external_id: the member's id at the identity provider.
        sso_attributes: the member's attributes at the latest login.
        groups: the member's groups at the latest login.
    """

    registration_id: str
    connection_id: str
    external_id: str
    sso_attributes: dict[str, Any] = {}
    groups: list[str] = []


class ScimLink(Frozen):
    """The link between a member and a user of a SCIM directory.

    Attributes:
        external_id: the member's id in the directory.
        scim_attributes: the SCIM user, with the keys that the API returns.
        group_ids: the SCIM groups that the member belongs to.
    """

    registration_id: str
    connection_id: str
    external_id: str = ""
    scim_attributes: dict[str, Any] = {}
    group_ids: list[str] = []


@table(
    "members",
    Unique("organization_id", "email_address", excluding=("status", "deleted")),
    Unique("organization_id", "external_id", excluding=("status", "deleted")),
    Unique("organization_id", "phone_key", excluding=("status", "deleted")),
    Index("email_address"),
    Index("organization_id", "email_domain"),
    Index("organization_id", "position", "status"),
    Index("organization_id", "status", "position", excluding=("status", "active")),
    Index("organization_id", "mfa_phone_number", excluding=("mfa_phone_number", "")),
    Index("organization_id", "position", excluding=("member_password_id", "")),
    Index("organization_id", "position", excluding=("totp_registration_id", "")),
    Index("organization_id", "position", excluding=("is_breakglass", False)),
    Index("organization_id", "position", excluding=("roles", "[]")),
)
class Member(Record):
    """A member of an organization.

    Attributes:
        status: ``deleted`` members keep their row, so that they can be reactivated.
        phone_key: the phone number, or None: the column that must be unique.
        scim_registration: set if a SCIM directory manages the member.
        failed_attempts: the number of failed logins in a row, for the user lock.
        roles: the directly assigned roles. ``domain.roles`` adds ``stytch_member`` and the implied ones.
        position: the order of creation.
    """

    member_id: PrimaryKey
    organization_id: OrganizationKey
    email_id: str
    email_address: str
    email_domain: str
    email_address_verified: bool = False
    status: Status = "active"
    name: str = ""
    external_id: str | None = None
    is_breakglass: bool = False
    mfa_enrolled: bool = False
    mfa_phone_id: str = ""
    mfa_phone_number: str = ""
    phone_key: str | None = None
    mfa_phone_number_verified: bool = False
    default_mfa_method: str = ""
    totp_registration_id: str = ""
    member_password_id: str = ""
    retired_email_addresses: list[RetiredEmail] = []
    oauth_registrations: list[OAuthLink] = []
    sso_registrations: list[SsoLink] = []
    scim_registration: ScimLink | None = None
    failed_attempts: int = 0
    lock_created_at: datetime | None = None
    lock_expires_at: datetime | None = None
    roles: list[str] = []
    trusted_metadata: dict[str, Any] = {}
    untrusted_metadata: dict[str, Any] = {}
    created_at: datetime
    updated_at: datetime
    position: int


@table("member_counts", derived=True)
class MemberCount(Record):
    """The number of members of an organization that have the same values. Triggers of the database keep it.

    To count a million members takes 150 ms, and every page of a search contains their number.

    Attributes:
        members: how many there are; 0 if there were some.
        changes: how often one of these values, the e-mail address or the phone number of such a member changed.
    """

    organization_id: PrimaryKey
    status: PrimaryKey
    is_breakglass: Annotated[bool, KEY]
    has_password: Annotated[bool, KEY]
    has_totp: Annotated[bool, KEY]
    members: int
    changes: int


MemberKey = Annotated[str, ForeignKey(Member)]


@table("email_reservations", Unique("organization_id", "email_address"))
class EmailReservation(Record):
    """An address that no other member of the organization can take.

    Attributes:
        use: ``retired`` for a former address of the member, ``updating`` for the address of a pending change.
        expires_at: when a pending change ends; None for a retired address.
    """

    reservation_id: PrimaryKey
    organization_id: OrganizationKey
    member_id: MemberKey
    email_address: str
    use: Literal["retired", "updating"]
    expires_at: datetime | None = None
