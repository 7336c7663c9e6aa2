"""What members allowed connected apps to do, and the codes and tokens that came of it."""

from datetime import datetime
from typing import Annotated

from mockstytch.store.clients import ConnectedApp
from mockstytch.store.members import MemberKey
from mockstytch.store.organizations import OrganizationKey
from mockstytch.store.record import Key, Record, References, Unique, table

AppKey = Annotated[str, References(ConnectedApp)]


@table("connected_app_grants", Unique("member_id", "client_id"))
class Grant(Record):
    """A connected app that a member has installed.

    Attributes:
        scopes: those of the latest authorization.
        uninstalled_at: set when the app's access was revoked, until the next authorization.
    """

    grant_id: Key
    client_id: AppKey
    organization_id: OrganizationKey
    member_id: MemberKey
    scopes: list[str]
    created_at: datetime
    updated_at: datetime
    uninstalled_at: datetime | None = None


GrantKey = Annotated[str, References(Grant)]


@table("authorizations", Unique("code"))
class Authorization(Record):
    """One way through the authorization endpoint: its code, and what the tokens are about. They live as long as it.

    Attributes:
        resources: for whom the tokens are (RFC 8707).
        member_session_id: the session by which the member was known, if any.
        revoked_at: also set when the code, or a refresh token, turns up a second time.
    """

    authorization_id: Key
    grant_id: GrantKey
    code: str
    redirect_uri: str
    scopes: list[str]
    nonce: str = ""
    code_challenge: str = ""
    resources: list[str] = []
    member_session_id: str | None = None
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


AuthorizationKey = Annotated[str, References(Authorization)]


@table("idp_access_tokens")
class AccessToken(Record):
    """An access token that was issued, by its ``jti``."""

    jti: Key
    authorization_id: AuthorizationKey
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    exchanged_at: datetime | None = None
    revoked_at: datetime | None = None


@table("idp_refresh_tokens")
class RefreshToken(Record):
    """A refresh token: used once, and followed by another."""

    token: Key
    authorization_id: AuthorizationKey
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
