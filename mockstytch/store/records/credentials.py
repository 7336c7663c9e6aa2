"""What members prove themselves with: passwords, authenticator apps, recovery codes, accounts elsewhere."""

from datetime import datetime
from typing import Annotated, Any, Literal

from mockstytch.store.record import ForeignKey, Index, PrimaryKey, Record, Unique, table
from mockstytch.store.records.members import Member, MemberKey


@table("passwords", Unique("scope"))
class Password(Record):
    """A password. It is a member's own, or, across organizations, an address's.

    Attributes:
        scope: whose it is: the member's id, or the e-mail address.
        hash: as ``domain.hashes`` writes it.
        reset_required: it opens nothing any more, until another one is set by mail.
    """

    member_password_id: PrimaryKey
    scope: str
    member_id: Annotated[str | None, ForeignKey(Member)] = None
    hash: str
    reset_required: bool = False
    created_at: datetime


@table("totp_registrations", Unique("member_id"))
class Totp(Record):
    """An authenticator app, ``pending`` until a code of it was shown.

    Attributes:
        last_step: the time step of the code used last: no code works twice.
    """

    totp_registration_id: PrimaryKey
    member_id: MemberKey
    secret: str
    status: Literal["pending", "active"] = "pending"
    last_step: int = 0
    created_at: datetime
    expires_at: datetime


@table("recovery_codes", Unique("member_id", "code"))
class RecoveryCode(Record):
    recovery_code_id: PrimaryKey
    member_id: MemberKey
    code: str
    position: int
    created_at: datetime
    used_at: datetime | None = None


@table("provider_accounts", Index("provider", "position"))
class ProviderAccount(Record):
    """Somebody's account at an OAuth provider, and the tokens that came with its last use.

    Attributes:
        account_key: ``<provider>:<subject>``.
        email_verified: whether the provider vouches for the address.
        access_token_expires_at: None where the provider's tokens don't expire.
    """

    account_key: PrimaryKey
    provider: str
    provider_subject: str
    email_address: str
    email_verified: bool
    name: str = ""
    profile_picture_url: str = ""
    locale: str = ""
    tenant_ids: list[str] = []
    scopes: list[str] = []
    access_token: str = ""
    access_token_expires_at: datetime | None = None
    refresh_token: str = ""
    id_token: str = ""
    position: int


@table("oauth_registrations", Unique("member_id", "account_key"))
class OAuthRegistration(Record):
    """A member's account at a provider. What is shown of it is kept on the member as well."""

    member_oauth_registration_id: PrimaryKey
    member_id: MemberKey
    account_key: str
    provider: str
    created_at: datetime


@table("oauth_flows", Unique("code"))
class OAuthFlow(Record):
    """One way to a provider and back.

    Attributes:
        state: what comes back with the browser.
        organization_id: None in discovery.
        login_url, signup_url: where it ends; in discovery both are the discovery URL.
        code: the provider's answer, once there is one.
    """

    state: PrimaryKey
    provider: str
    organization_id: str | None = None
    login_url: str
    signup_url: str
    pkce_code_challenge: str = ""
    scopes: list[str] = []
    code: str | None = None
    account_key: str | None = None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@table("next_identities", Index("provider", "position"))
class NextIdentity(Record):
    """Who comes next at a provider: a test said so beforehand."""

    next_identity_id: PrimaryKey
    provider: str
    connection_id: str = ""
    identity: dict[str, Any]
    position: int


@table("impersonation_tokens")
class ImpersonationToken(Record):
    """
    Attributes:
        reason: what the member is impersonated for; "" where nobody said.
    """

    token: PrimaryKey
    member_id: MemberKey
    impersonator_id: str
    impersonator_email_address: str
    reason: str = ""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
