"""OAuth clients: machines that act on their own, and connected apps that act for members."""

from datetime import datetime
from typing import Any, Literal

from mockstytch.store.record import Indexed, Key, Record, table


@table("m2m_clients", Indexed("position"))
class M2MClient(Record):
    """A machine. Of its secrets only hashes are kept; the next one is there while it is being rotated."""

    client_id: Key
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


@table("connected_apps", Indexed("position"))
class ConnectedApp(Record):
    """An app that acts for members. A public one has no secret.

    Attributes:
        creation_method: how it came to be here: ``manual``, or ``dynamic`` registration.
    """

    client_id: Key
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
