"""JWTs of a project: issue session JWTs, and verify them with the project's keys."""

from typing import Any

import msgspec

from mockstytch import errors, keys, wire
from mockstytch.domain.sessions import jwt_templates
from mockstytch.runtime import Context
from mockstytch.store.records.projects import Project, SigningKey

_encode = msgspec.json.Encoder().encode


def issue(ctx: Context, session: wire.Wire, owners: wire.Wire) -> str:
    """Return a JWT with the session's current state. It is valid for 300 seconds, even if the session ends before.

    Args:
        session: the session as the API returns it.
        owners: ``member`` and ``organization`` likewise, for the project's JWT template.
    """
    template = jwt_templates.find_template(ctx, "SESSION")
    templated, audience = {}, ""
    if template:
        templated, audience = jwt_templates.claims(template, owners), template.custom_audience
    return sign(ctx, wire.session_claims(ctx.project, session, ctx.now, templated, audience))


def sign(ctx: Context, claims: dict[str, Any]) -> str:
    """Return a JWT with these claims, in alphabetical order, signed with the project's current key."""
    key = _current_key(ctx)
    kid, pem = (key.kid, key.private_key) if key else (keys.built_in_kid(ctx.project.project_id), "")
    payload = _encode(dict(sorted(claims.items())))
    return ctx.store.while_writing(lambda: keys.sign(kid, pem, payload))


def decode(ctx: Context, token: str) -> dict[str, Any] | None:
    """Return the claims of a JWT that the project signed, or None. Only the signature is verified."""
    return keys.verify(token, jwks(ctx))


def session_id(ctx: Context, session_jwt: str) -> str:
    """Return the session id of a session JWT. An expired JWT is accepted: only the expiry of the session counts.

    Raises:
        unable_to_parse_session_jwt: if the session JWT is malformed, has no session or isn't signed by this project.
        jwt_invalid_audience: if the session JWT was issued for another project.
    """
    claims = keys.verify(session_jwt, jwks(ctx))
    if claims is None:
        raise errors.unable_to_parse_session_jwt(because="malformed, or signed with another key")
    if ctx.project.project_id not in claims.get("aud", []):
        raise errors.jwt_invalid_audience()
    session = claims.get("https://stytch.com/session")
    if not isinstance(session, dict) or not isinstance(session.get("id"), str):
        raise errors.unable_to_parse_session_jwt(because="it has no session claim")
    return str(session["id"])


def jwks(ctx: Context) -> list[dict[str, Any]]:
    """Return the public keys of the project's JWTs, newest first."""
    built_in_only = built_in_jwks(ctx.project)
    if built_in_only is not None:
        return built_in_only  # the usual case: no query
    rotated = sorted(ctx.store.all(SigningKey), key=lambda key: -key.position)
    built_in = [] if ctx.project.counters.get("built_in_key_dropped") else [keys.built_in_jwk(ctx.project.project_id)]
    return [key.jwk for key in rotated if key.jwk] + built_in


def built_in_jwks(project: Project) -> list[dict[str, Any]] | None:
    """Return the public keys of a project that never rotated its keys; None for another one."""
    return None if project.counters.get("keys_rotated") else [keys.built_in_jwk(project.project_id)]


def _current_key(ctx: Context) -> SigningKey | None:
    if not ctx.project.counters.get("keys_rotated"):
        return None  # the usual case: no query
    return max(ctx.store.all(SigningKey), key=lambda key: key.position)
