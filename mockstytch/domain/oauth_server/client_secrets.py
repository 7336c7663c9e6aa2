"""Secrets of OAuth clients: hashing, verification and rotation, for connected apps and M2M clients alike."""

from typing import Any, TypeVar

from mockstytch.errors import StytchError
from mockstytch.protocols import password_hashes
from mockstytch.runtime import Context
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient

C = TypeVar("C", M2MClient, ConnectedApp)


def hash_columns(ctx: Context, secret: str) -> dict[str, Any]:
    """Return the columns that store a secret: its hash and its last four characters."""
    return {"secret_hash": password_hashes.make(secret, ctx.ids.token()), "client_secret_last_four": secret[-4:]}


def matches_secret(client: C, secret: str) -> bool:
    """Return whether this is the client's secret. During a rotation, the current and the next secret both match."""
    hashes = (client.secret_hash, client.next_secret_hash)
    return bool(secret) and any(password_hashes.verify(stored, secret) for stored in hashes if stored)


def start_rotation(ctx: Context, client: C, already_rotating: StytchError) -> tuple[C, str]:
    """Add a next secret to a client.

    Args:
        already_rotating: the error to raise if the client has a next secret.

    Returns:
        The client and the next secret, which can't be read again later.
    """
    secret = ctx.ids.token()
    columns = {f"next_{name}": value for name, value in hash_columns(ctx, secret).items()}
    rotating = None if client.next_secret_hash else ctx.store.update_if_unchanged(client, **columns)
    if rotating is None:
        raise already_rotating
    return rotating, secret


def cancel_rotation(ctx: Context, client: C, not_rotating: StytchError) -> C:
    """Discard the next secret of a client.

    Args:
        not_rotating: the error to raise if the client has no next secret.
    """
    return _end_rotation(ctx, client, not_rotating)


def complete_rotation(ctx: Context, client: C, not_rotating: StytchError) -> C:
    """Replace the current secret of a client with its next secret.

    Args:
        not_rotating: the error to raise if the client has no next secret.
    """
    return _end_rotation(
        ctx,
        client,
        not_rotating,
        secret_hash=client.next_secret_hash,
        client_secret_last_four=client.next_client_secret_last_four,
    )


def _end_rotation(ctx: Context, client: C, not_rotating: StytchError, **columns: str | None) -> C:
    columns |= {"next_secret_hash": None, "next_client_secret_last_four": None}
    changed = ctx.store.update_if_unchanged(client, **columns) if client.next_secret_hash else None
    if changed is None:
        raise not_rotating
    return changed
