"""The OAuth server: M2M clients, connected apps, their grants, authorization codes and tokens."""

from datetime import datetime
from typing import Annotated, Any, Literal

from mockstytch.store.record import ForeignKey, Index, PrimaryKey, Record, Unique, table
from mockstytch.store.records.members import MemberKey
from mockstytch.store.records.organizations import OrganizationKey


@table("m2m_clients", Index("position"))
class M2MClient(Record):
    """A machine-to-machine client. Only hashes of its secrets are stored; ``next_…`` is set during a rotation."""

    client_id: PrimaryKey
    client_name: str = ""
    client_description: str = ""
    status: Literal["active", "inactive"] = "active"
    scopes: list[str] = []
    secret_hash: str
    client_secret_last_four: str
    next_secret_hash: str | None = None
    next_client_secret_last_four: str | None = None
    trusted_metadata: dict[str, Any] = {}
    created_at: datetime
    position: int


@table("connected_apps", Index("position"), Index("metadata_url"), Index("registration_key"))
class ConnectedApp(Record):
    """An OAuth client that acts for members. A public client has no secret.

    Attributes:
        creation_method: ``manual``, or ``dynamic`` for a client that registered or described itself.
        registration_key: a hash of the metadata that a public client registered itself with.
        metadata_url: the URL of the client's metadata document, which it uses as its ``client_id``.
        metadata_fetched_at: when the document was fetched last.
    """

    client_id: PrimaryKey
    client_name: str = ""
    client_description: str = ""
    status: Literal["active", "inactive"] = "active"
    client_type: Literal["first_party", "first_party_public", "third_party", "third_party_public"]
    redirect_urls: list[str] = []
    post_logout_redirect_urls: list[str] = []
    full_access_allowed: bool = False
    bypass_consent_for_offline_access: bool = False
    access_token_expiry_minutes: int = 60
    access_token_custom_audience: str = ""
    access_token_template_content: str = ""
    id_token_template_content: str = ""
    logo_url: str = ""
    creation_method: Literal["manual", "dynamic"] = "manual"
    registration_key: str | None = None
    metadata_url: str | None = None
    metadata_fetched_at: datetime | None = None
    secret_hash: str | None = None
    client_secret_last_four: str | None = None
    next_secret_hash: str | None = None
    next_client_secret_last_four: str | None = None
    created_at: datetime
    position: int

    @property
    def is_public(self) -> bool:
        return self.client_type.endswith("_public")

    @property
    def is_first_party(self) -> bool:
        return self.client_type.startswith("first_party")


AppKey = Annotated[str, ForeignKey(ConnectedApp)]


@table("connected_app_grants", Unique("member_id", "client_id"))
class Grant(Record):
    """A connected app that a member has installed.

    Attributes:
        scopes: the scopes of the latest authorization.
        uninstalled_at: when the app's access was revoked; None again after the next authorization.
    """

    grant_id: PrimaryKey
    client_id: AppKey
    organization_id: OrganizationKey
    member_id: MemberKey
    scopes: list[str]
    created_at: datetime
    updated_at: datetime
    uninstalled_at: datetime | None = None


GrantKey = Annotated[str, ForeignKey(Grant)]


@table("authorizations", Unique("code"))
class Authorization(Record):
    """One authorization of a connected app: its code, and the data of its tokens. Deleting it deletes the tokens.

    Attributes:
        resources: the resource servers that the tokens are for (RFC 8707).
        member_session_id: the session that authenticated the member, or None.
        revoked_at: also set if the code, or a refresh token, is used a second time.
    """

    authorization_id: PrimaryKey
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


AuthorizationKey = Annotated[str, ForeignKey(Authorization)]


@table("idp_access_tokens", Index("refresh_token"))
class AccessToken(Record):
    """An issued access token, identified by its ``jti``.

    Attributes:
        refresh_token: the refresh token that it was issued with, or from, if there is one.
    """

    jti: PrimaryKey
    authorization_id: AuthorizationKey
    refresh_token: str | None = None
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    exchanged_at: datetime | None = None
    revoked_at: datetime | None = None


@table("idp_refresh_tokens")
class RefreshToken(Record):
    """A refresh token. If the app is public, the first use replaces it with a new one.

    Attributes:
        used_at: when it was replaced.
        replaced_by: the new one.
    """

    token: PrimaryKey
    authorization_id: AuthorizationKey
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    replaced_by: str | None = None
    revoked_at: datetime | None = None
