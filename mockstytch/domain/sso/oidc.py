"""OpenID Connect, the relying party's half: codes for tokens, tokens for claims that can be believed.

After OpenID Connect Core 1.0, sections 3.1.3 (tokens) and 5.3 (user info).
"""

import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import msgspec

from mockstytch import errors, outbound
from mockstytch.runtime import Context
from mockstytch.store.records.sso import OidcConnection, SsoAccount, SsoFlow
from mockstytch.values import Frozen

SKEW = timedelta(seconds=60)
# Signatures by a key of the provider's. ``none`` is none, and HMAC would be by a secret that both sides have.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_MOST_KEYS = 50
_LONGEST_TOKEN = 100_000


class Tokens(Frozen):
    id_token: str
    access_token: str
    refresh_token: str
    expires_at: datetime | None


def exchange_code(ctx: Context, idp: OidcConnection, flow: SsoFlow, code: str) -> Tokens:
    """The tokens that the identity provider gives for a code.

    Raises:
        oidc_auth_code_error: it gives none, or can't be reached.
    """
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": flow.acs_url}
    found, why = _asked(ctx, idp, fields)
    if why or not isinstance(found.get("id_token"), str):
        raise errors.oidc_auth_code_error(because=why or "the token endpoint gave no id_token")
    return _tokens(ctx, found)


def refresh(ctx: Context, idp: OidcConnection, account: SsoAccount) -> SsoAccount:
    """The account with an access token that lives.

    Raises:
        missing_oidc_refresh_token: there is nothing to get a new one with.
        unable_to_refresh_oidc_token: the identity provider gives none.
    """
    if account.access_token_expires_at is None or account.access_token_expires_at > ctx.now:
        return account
    if not account.refresh_token:
        raise errors.missing_oidc_refresh_token()
    found, why = _asked(ctx, idp, {"grant_type": "refresh_token", "refresh_token": account.refresh_token})
    if why:
        raise errors.unable_to_refresh_oidc_token(because=why)
    new = _tokens(ctx, found)
    return ctx.store.update(
        account,
        access_token=new.access_token,
        access_token_expires_at=new.expires_at,
        refresh_token=new.refresh_token or account.refresh_token,
        id_token=new.id_token or account.id_token,
    )


def _asked(ctx: Context, idp: OidcConnection, fields: dict[str, str]) -> tuple[dict[str, Any], str]:
    """What the token endpoint answers, or why that is nothing (RFC 6749, sections 2.3.1 and 5)."""
    if idp.secret_in_body:
        own = {"client_id": idp.client_id, "client_secret": idp.client_secret}
        reply = ctx.fetch(outbound.post_form(idp.token_url, fields | own, Accept="application/json"))
    else:
        pair = f"{quote(idp.client_id, safe='')}:{quote(idp.client_secret, safe='')}"
        basic = f"Basic {b64encode(pair.encode()).decode()}"
        reply = ctx.fetch(outbound.post_form(idp.token_url, fields, Accept="application/json", Authorization=basic))
    found = reply.json()
    if not reply.ok or reply.problem:
        return {}, f"the token endpoint: {reply.problem or reply.status} {str(found.get('error', ''))[:100]}".strip()
    if not isinstance(found.get("access_token"), str):
        return {}, "the token endpoint gave no access_token"
    return found, ""


def _tokens(ctx: Context, found: dict[str, Any]) -> Tokens:
    seconds = found.get("expires_in")
    known = isinstance(seconds, int | float) and 0 <= seconds < 10**9
    text = {name: found[name] if isinstance(found.get(name), str) else "" for name in ("id_token", "refresh_token")}
    return Tokens(
        id_token=text["id_token"],
        access_token=found["access_token"],
        refresh_token=text["refresh_token"],
        expires_at=ctx.now + timedelta(seconds=float(seconds or 0)) if known else None,
    )


def fetch_claims(ctx: Context, idp: OidcConnection, tokens: Tokens, nonce: str) -> dict[str, Any]:
    """What the ID token and the user-info endpoint say together. The keys are fetched each time, so that a new one is
    known at once.

    Raises:
        oidc_invalid_id_token, id_token_…, oidc_response_subject_missing: see ``verified``.
        oidc_invalid_userinfo: there is no such answer.
        oidc_response_subject_mismatch: it is about somebody else.
    """
    reply = ctx.fetch(outbound.get(idp.jwks_url, Accept="application/json"))
    jwks = reply.json().get("keys") if reply.ok else None
    if not isinstance(jwks, list):
        why = reply.problem or f"it answered {reply.status}"
        raise errors.oidc_invalid_id_token(because=f"no keys at jwks_url: {why}")
    said = verify_id_token(tokens.id_token, jwks, idp, nonce, ctx.now)
    bearer = f"Bearer {tokens.access_token}"
    reply = ctx.fetch(outbound.get(idp.userinfo_url, Accept="application/json", Authorization=bearer))
    more = reply.json()
    if not reply.ok or not more:
        why = reply.problem or f"it answered {reply.status}, and no JSON object"
        raise errors.oidc_invalid_userinfo(because=why)
    if more.get("sub") != said["sub"]:
        raise errors.oidc_response_subject_mismatch()
    return said | more


def verify_id_token(id_token: str, jwks: list[Any], idp: OidcConnection, nonce: str, now: datetime) -> dict[str, Any]:
    """The claims of an ID token, after everything about it was verified.

    Raises:
        oidc_invalid_id_token: not signed by one of the keys, by somebody else, or not valid yet.
        id_token_incorrect_audience: for another client.
        id_token_expired: it is, by ``now``.
        id_token_nonce_invalid: for another flow.
        oidc_response_subject_missing: about nobody.
    """
    said = _signed(id_token, jwks)
    if said.get("iss") != idp.issuer:
        raise errors.oidc_invalid_id_token(because=f"iss is {str(said.get('iss'))[:200]!r}, not {idp.issuer!r}")
    audience = said.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if idp.client_id not in audiences or said.get("azp", idp.client_id) != idp.client_id:
        raise errors.id_token_incorrect_audience(because=f"aud is {str(audience)[:200]}")
    moment, skew = now.timestamp(), SKEW.total_seconds()
    if _number(said, "exp", 0.0) <= moment - skew:
        raise errors.id_token_expired(because=f"exp is {said.get('exp')}, now it is {int(moment)}")
    if max(_number(said, "iat", moment * 2), _number(said, "nbf", 0.0)) > moment + skew:
        raise errors.oidc_invalid_id_token(because=f"iat is {said.get('iat')}, now it is {int(moment)}")
    if not hmac.compare_digest(str(said.get("nonce", "")).encode(), nonce.encode()):
        raise errors.id_token_nonce_invalid()
    if not isinstance(said.get("sub"), str) or not said["sub"]:
        raise errors.oidc_response_subject_missing()
    return said


def _number(said: dict[str, Any], name: str, absent: float) -> float:
    value = said.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > 10**15:
        return absent
    return float(value)


def _signed(id_token: str, jwks: list[Any]) -> dict[str, Any]:
    from jwt import PyJWK, PyJWS
    from jwt.exceptions import PyJWTError

    refusal = errors.oidc_invalid_id_token
    try:
        header = PyJWS().get_unverified_header(id_token if len(id_token) <= _LONGEST_TOKEN else "")
    except (PyJWTError, ValueError, RecursionError) as e:
        raise refusal(because=f"no JWT: {e}") from None
    alg, kid = header.get("alg"), header.get("kid")
    if alg not in _ALGORITHMS:
        raise refusal(because=f"the algorithm {str(alg)[:50]!r} is not taken")
    fitting = [jwk for jwk in jwks[:_MOST_KEYS] if isinstance(jwk, dict) and _fits(jwk, str(alg), kid)]
    problem = f"no key {str(kid)[:100]!r} for {alg}"
    jws = PyJWS(options={"enforce_minimum_key_length": True})  # RFC 7518, 3.3; else there would be a warning
    for jwk in fitting:
        try:
            raw = jws.decode(id_token, PyJWK(jwk, algorithm=alg), algorithms=[str(alg)])
            return msgspec.json.decode(raw, type=dict[str, Any])
        except (PyJWTError, ValueError, TypeError, KeyError, RecursionError) as e:  # another key may fit
            problem = f"none of the provider's keys signed it: {str(e)[:200]}"
    raise refusal(because=problem)


def _fits(jwk: dict[str, Any], alg: str, kid: Any) -> bool:
    return (
        jwk.get("use", "sig") == "sig"
        and jwk.get("alg", alg) == alg
        and jwk.get("kty") in ("RSA", "EC", "OKP")
        and (kid is None or jwk.get("kid", kid) == kid)
    )
