"""Apps that clients describe themselves: dynamic registration, and Client ID Metadata Documents.

A client can use the URL of a document with its metadata as its ``client_id``. The server fetches the document and keeps
it for a few minutes (draft-ietf-oauth-client-id-metadata-document). Such an app has an id like any other, too: the one
in its tokens.
"""

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec

from mockstytch import errors, outbound
from mockstytch.domain.oauth_server import connected_apps
from mockstytch.errors import StytchError
from mockstytch.protocols import json_depth
from mockstytch.runtime import Context
from mockstytch.store.records.oauth_server import ConnectedApp
from mockstytch.values import Frozen

GRANT_TYPES = ("authorization_code", "refresh_token")
MAX_DOCUMENT_BYTES = 5 * 1024  # the draft's recommendation
CACHE = timedelta(minutes=5)


class _Document(Frozen):
    """The parts of a metadata document that this server uses. Others are ignored, also other grant types."""

    client_id: str
    redirect_uris: list[str]
    client_name: str = ""
    logo_uri: str = ""
    token_endpoint_auth_method: str = "none"
    grant_types: tuple[str, ...] = ("authorization_code",)
    response_types: tuple[str, ...] = ("code",)
    client_secret: Any = None


def registration_key(metadata: dict[str, Any]) -> str:
    """Return a value that is the same for the same client metadata. The port of a loopback redirect URI doesn't count.

    Args:
        metadata: the client metadata as sent, with the defaults of this server.
    """
    uris = sorted(str(connected_apps.without_loopback_port(url) or url) for url in metadata["redirect_uris"])
    text = msgspec.json.encode({**metadata, "redirect_uris": uris}, order="sorted")
    return hashlib.sha256(text).hexdigest()


def find(ctx: Context, client_id: str) -> ConnectedApp | None:
    """Return the app with this id, or with this URL of its metadata document if the document was fetched before."""
    if _is_url(client_id):
        return ctx.store.find(ConnectedApp, metadata_url=client_id)
    return ctx.store.find(ConnectedApp, client_id=client_id)


def get_app(ctx: Context, client_id: str) -> ConnectedApp:
    """Return the app with this id, or with this URL of its metadata document. Call it before anything is written.

    Raises:
        connected_app_not_found: if the URL isn't allowed for a metadata document, if the document can't be fetched, or
            if it isn't valid.
    """
    if not _is_url(client_id):
        return connected_apps.get_app(ctx, client_id)
    if not ctx.project.settings.idp_client_id_metadata_documents_enabled:
        raise errors.connected_app_not_found(because="client ID metadata documents are turned off in this project")
    app = ctx.store.find(ConnectedApp, metadata_url=client_id)
    if app is not None and app.metadata_fetched_at and abs(ctx.now - app.metadata_fetched_at) < CACHE:
        return app
    try:
        columns = _columns(_fetch(ctx, client_id)) | {"metadata_fetched_at": ctx.now}
        if app is not None:
            connected_apps.require_valid(msgspec.structs.replace(app, **columns))
            return ctx.store.update(app, **columns)
        columns |= {"metadata_url": client_id, "client_type": "third_party_public", **of_project(ctx)}
        return connected_apps.create(ctx, columns)[0]
    except StytchError as e:
        raise _unusable(client_id, e.because or e.kind.error_type) from None
    except ValueError as e:
        raise _unusable(client_id, str(e)) from None


def _unusable(url: str, because: str) -> StytchError:
    return errors.connected_app_not_found(because=f"client ID metadata document {url}: {because}")


def of_project(ctx: Context) -> dict[str, Any]:
    """Return the columns that the project's settings give to every app that describes itself."""
    template = ctx.project.settings.idp_dynamic_client_registration_access_token_template_content
    return {"creation_method": "dynamic", "access_token_template_content": template}


def _is_url(client_id: str) -> bool:
    return client_id.startswith(("https://", "http://"))


def _fetch(ctx: Context, url: str) -> _Document:
    """Fetch a metadata document and check it.

    Raises:
        ValueError: if the URL isn't allowed, if there is no document, or if it isn't valid.
    """
    _require_allowed_url(url)
    request = outbound.OutboundRequest(
        "GET", url, (("Accept", "application/json"),), max_bytes=MAX_DOCUMENT_BYTES, follow_redirects=False
    )
    response = ctx.fetch(request)
    if response.problem:
        raise ValueError(response.problem)
    if response.status != 200:
        raise ValueError(f"the response has the status {response.status}; redirects aren't followed")
    try:
        document = msgspec.json.decode(json_depth.checked(response.body), type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        raise ValueError(f"the document isn't valid client metadata: {e}") from None
    if document.client_id != url:
        raise ValueError(f"its client_id is another one: {document.client_id[:200]!r}")
    if document.token_endpoint_auth_method.startswith("client_secret") or document.client_secret is not None:
        raise ValueError("the client can't have a secret, because the document is public")
    if "authorization_code" not in document.grant_types or "code" not in document.response_types:
        raise ValueError("it needs the grant type authorization_code and the response type code")
    if not document.redirect_uris:
        raise ValueError("redirect_uris is empty")
    return document


def _require_allowed_url(url: str) -> None:
    """Check a URL of a metadata document: https, or http to this machine, with a path and without credentials.

    Raises:
        ValueError: if the URL isn't allowed.
    """
    connected_apps.require_valid_redirect(url, public=False)  # the same rules: https or loopback, length, no fragment
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        raise ValueError("the URL contains credentials")
    segments = parts.path.split("/")
    if not parts.path or {".", ".."} & {segment.lower().replace("%2e", ".") for segment in segments}:
        raise ValueError("the URL needs a path without dot segments")


def _columns(document: _Document) -> dict[str, Any]:
    return {
        "client_name": document.client_name,
        "logo_url": document.logo_uri,
        "redirect_urls": document.redirect_uris,
    }
