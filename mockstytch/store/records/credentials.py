"""Credentials of members: passwords, TOTP registrations, recovery codes, OAuth accounts, impersonation tokens."""

from datetime import datetime
from typing import Annotated, Any, Literal

from mockstytch.store.record import ForeignKey, Index, PrimaryKey, Record, Unique, table
from mockstytch.store.records.members import Member, MemberKey


@table("passwords", Unique("scope"))
class Password(Record):
    """A password of a member, or, with cross-organization passwords, of an e-mail address.

    Attributes:
        scope: the member's id, or the e-mail address.
        hash: in the format of ``protocols.password_hashes``.
        reset_required: whether the password is refused until it is reset by e-mail.
    """

    member_password_id: PrimaryKey
    scope: str
    member_id: Annotated[str | None, ForeignKey(Member)] = None
    hash: str
    reset_required: bool = False
    created_at: datetime


@table("totp_registrations", Unique("member_id"))
class Totp(Record):
    """An authenticator app, ``pending`` until its first code is verified.

    Attributes:
        last_step: the time step of the last code that was used, so that no code works twice.
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
    """A one-time code that replaces a member's TOTP code."""

    recovery_code_id: PrimaryKey
    member_id: MemberKey
    code: str
    position: int
    created_at: datetime
    used_at: datetime | None = None


@table("provider_accounts", Index("provider", "position"))
class ProviderAccount(Record):
    """An account at an OAuth provider, with the tokens of its latest login.

    Attributes:
        account_key: ``<provider>:<subject>``.
        email_verified: whether the provider has verified the address.
        tenant_ids: the workspaces at the provider that the account belongs to.
        access_token_expires_at: None if the provider's tokens don't expire.
        refresh_token: the latest one that the provider issued.
        issued_refresh_token: whether the latest login issued it.
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
    issued_refresh_token: bool = False
    id_token: str = ""
    position: int


@table("oauth_registrations", Unique("member_id", "account_key"))
class OAuthRegistration(Record):
    """The link between a member and an account at an OAuth provider.

    The fields that the API returns are also stored in ``Member.oauth_registrations``.
    """

    member_oauth_registration_id: PrimaryKey
    member_id: MemberKey
    account_key: str
    provider: str
    created_at: datetime


@table("oauth_flows", Unique("code"))
class OAuthFlow(Record):
    """One login at an OAuth provider, from the start endpoint to the callback.

    Attributes:
        state: the ``state`` parameter that the provider returns.
        organization_id: None in discovery.
        login_url, signup_url: the redirect URLs of the app; in discovery both are the discovery URL.
        code: the authorization code, once the provider has issued one.
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
    """An identity that a test queued: the next login at this provider uses it instead of showing the login page."""

    next_identity_id: PrimaryKey
    provider: str
    connection_id: str = ""
    identity: dict[str, Any]
    position: int


@table("impersonation_tokens")
class ImpersonationToken(Record):
    """A token that logs an impersonator in as a member.

    Attributes:
        reason: why the member is impersonated, or "".
    """

    token: PrimaryKey
    member_id: MemberKey
    impersonator_id: str
    impersonator_email_address: str
    reason: str = ""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
