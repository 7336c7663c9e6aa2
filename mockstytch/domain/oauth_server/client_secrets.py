"""The secrets of OAuth clients: made, kept as hashes, rotated, shown."""

from typing import Any, TypeVar

from mockstytch.errors import StytchError
from mockstytch.protocols import password_hashes
from mockstytch.runtime import Context
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient

C = TypeVar("C", M2MClient, ConnectedApp)


def hash_columns(ctx: Context, secret: str) -> dict[str, Any]:
    """The columns that a secret leaves behind."""
    return {"secret_hash": password_hashes.make(secret, ctx.ids.token()), "client_secret_last_four": secret[-4:]}


def matches_secret(client: C, secret: str) -> bool:
    """Whether this is the client's secret. While it is being rotated, both the old and the next one are."""
    kept = (client.secret_hash, client.next_secret_hash)
    return bool(secret) and any(password_hashes.verify(stored, secret) for stored in kept if stored)


def start_rotation(ctx: Context, client: C, already: StytchError) -> tuple[C, str]:
    """The client with a next secret, and that secret: it is never shown again.

    Args:
        already: the error to raise where a rotation is under way.
    """
    secret = ctx.ids.token()
    made = hash_columns(ctx, secret)
    following = {
        "next_secret_hash": made["secret_hash"],
        "next_client_secret_last_four": made["client_secret_last_four"],
    }
    claimed = None if client.next_secret_hash else ctx.store.update_if_unchanged(client, **following)
    if claimed is None:
        raise already
    return claimed, secret


def end_rotation(ctx: Context, client: C, none: StytchError, *, complete: bool) -> C:
    """The client with one secret: the next one if the rotation is completed, the old one if it is given up.

    Args:
        none: the error to raise where no rotation is under way.
    """
    if not client.next_secret_hash:
        raise none
    columns: dict[str, str | None] = {"next_secret_hash": None, "next_client_secret_last_four": None}
    if complete:
        columns["secret_hash"] = client.next_secret_hash
        columns["client_secret_last_four"] = client.next_client_secret_last_four
    claimed = ctx.store.update_if_unchanged(client, **columns)
    if claimed is None:
        raise none
    return claimed
