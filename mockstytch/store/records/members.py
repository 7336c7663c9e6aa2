"""Members, and the addresses that are not theirs to use for now but nobody else's either."""

from datetime import datetime
from typing import Annotated, Any, Literal

from mockstytch.store.record import ForeignKey, Index, PrimaryKey, Record, Unique, table
from mockstytch.store.records.organizations import OrganizationKey
from mockstytch.values import Frozen

Status = Literal["active", "pending", "invited", "deleted"]


class RetiredEmail(Frozen):
    email_id: str
    email_address: str


class OAuthLink(Frozen):
    """A member's account at a provider, as the member shows it."""

    member_oauth_registration_id: str
    provider_type: str
    provider_subject: str
    profile_picture_url: str = ""
    locale: str = ""


class SsoLink(Frozen):
    """A member's account at an organization's identity provider.

    Attributes:
        external_id: what the identity provider calls the member.
        sso_attributes: what it said of the member at the latest login.
        groups: the groups that it named then.
    """

    registration_id: str
    connection_id: str
    external_id: str
    sso_attributes: dict[str, Any] = {}
    groups: list[str] = []


class ScimLink(Frozen):
    """What makes a member one that a directory manages.

    Attributes:
        external_id: what the directory calls the member.
        scim_attributes: the user as the directory describes it, with the keys that the API shows.
        group_ids: the directory's groups that the member is in.
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
    Index("organization_id", "position"),
)
class Member(Record):
    """Somebody in an organization.

    ``roles`` holds the explicit ones; ``stytch_member`` and what an e-mail domain, an SSO connection or a group implies
    are added when read.
    ``phone_key`` is the phone number, or NULL: what must be unique.
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


MemberKey = Annotated[str, ForeignKey(Member)]


@table("email_reservations", Unique("organization_id", "email_address"))
class EmailReservation(Record):
    """An address that a member gave up, or is about to take: no other member of the organization may have it."""

    reservation_id: PrimaryKey
    organization_id: OrganizationKey
    member_id: MemberKey
    email_address: str
    use: Literal["retired", "updating"]
    expires_at: datetime | None = None
