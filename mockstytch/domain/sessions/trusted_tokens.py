"""Trusted auth tokens: JWTs of another issuer that ``sessions.attest`` exchanges for a session.

A profile in the project's settings defines the issuer, its keys, and how claims are mapped to the attributes ``email``,
``token_id``, ``organization_id``, ``external_member_id`` and ``role_ids``.
"""

import re
import reprlib
from collections.abc import Callable
from functools import partial
from typing import Any

from mockstytch import errors, outbound
from mockstytch.domain.shared import emails
from mockstytch.runtime import Context
from mockstytch.store.records.projects import TrustedTokenProfile
from mockstytch.values import Frozen

_ALGORITHMS = [f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)] + ["EdDSA"]
_DEFAULT_CLAIMS = {"email": "email", "token_id": "jti"}  # of the two required attributes
_EXTERNAL_ID = r"(?!member-(test|live)-)[A-Za-z0-9._|-]{1,128}"


class VerifiedToken(Frozen):
    """The attributes of a verified token.

    Attributes:
        organization_id: the organization's id or external id; "" if the token names no organization.
    """

    email_address: str
    token_id: str
    organization_id: str = ""
    external_member_id: str = ""
    role_ids: list[str] = []


def get_profile(ctx: Context, profile_id: str) -> TrustedTokenProfile:
    """Return the profile with this id.

    Raises:
        trusted_token_profile_not_found: if the project has no trusted token profile with this id.
    """
    for profile in ctx.project.settings.trusted_token_profiles:
        if profile.profile_id == profile_id:
            return profile
    raise errors.trusted_token_profile_not_found(because=f"the project's settings have no profile {profile_id}")


def verify_token(ctx: Context, profile: TrustedTokenProfile, token: str) -> VerifiedToken:
    """Verify a token's signature, issuer, audience and times, and return its attributes.

    Raises:
        trusted_token_profile_invalid_request: if the profile has no keys, or its JWKS can't be fetched.
        invalid_trusted_auth_token: if the token can't be verified, or has no e-mail address or no token id.
        invalid_token_organization_id_claim: if the token's organization isn't a string.
        trusted_token_profile_incorrect_external_id_mapping: if the token's external member id is malformed.
    """
    claims = _verify_signature(_candidate_keys(ctx, profile, token), token)
    _require_valid_claims(ctx, profile, claims)
    email_address = _text(_claim_of(profile, claims, "email")).strip().lower()
    token_id = _text(_claim_of(profile, claims, "token_id"))
    role_ids = _claim_of(profile, claims, "role_ids")
    if not emails.is_address(email_address):
        raise _invalid("the claim that email is mapped to isn't an e-mail address")
    if not token_id:
        raise _invalid("the claim that token_id is mapped to is missing or empty")
    if role_ids is not None and not (isinstance(role_ids, list) and all(isinstance(r, str) for r in role_ids)):
        raise _invalid("the claim that role_ids is mapped to isn't a list of strings")
    organization_id = _claim_of(profile, claims, "organization_id")
    if organization_id is not None and not isinstance(organization_id, str):
        raise errors.invalid_token_organization_id_claim(because="the claim isn't a string")
    external_id = _claim_of(profile, claims, "external_member_id")
    if external_id is not None and not re.fullmatch(_EXTERNAL_ID, _text(external_id)):
        raise errors.trusted_token_profile_incorrect_external_id_mapping(because="the claim isn't a valid external id")
    return VerifiedToken(
        email_address=email_address,
        token_id=token_id,
        organization_id=organization_id or "",
        external_member_id=_text(external_id),
        role_ids=list(dict.fromkeys(role_ids or [])),
    )


def _invalid(because: str) -> errors.StytchError:
    return errors.invalid_trusted_auth_token(because=because)


def _candidate_keys(ctx: Context, profile: TrustedTokenProfile, token: str) -> list[Callable[[], Any]]:
    """Return the keys that may have signed the token, each as a function that loads it."""
    from jwt import PyJWS
    from jwt.exceptions import PyJWTError

    try:
        kid = PyJWS().get_unverified_header(token).get("kid")
    except (PyJWTError, ValueError):
        raise _invalid("not a JWT") from None
    if profile.public_key_type == "PEM":
        if not profile.pem_files:
            raise errors.trusted_token_profile_invalid_request(because="the profile has no PEM files")
        return [partial(_load_pem, file.public_key) for file in profile.pem_files]
    if not profile.jwks_url:
        raise errors.trusted_token_profile_invalid_request(because="the profile has no jwks_url")
    reply = ctx.fetch(outbound.get(profile.jwks_url))
    jwks = reply.json().get("keys") if reply.ok else None
    if not isinstance(jwks, list):
        why = reply.problem or f"status {reply.status}, no keys"
        raise errors.trusted_token_profile_invalid_request(because=f"{profile.jwks_url}: {why}")
    candidates = [jwk for jwk in jwks if isinstance(jwk, dict) and kid in (None, jwk.get("kid"))]
    return [partial(_load_jwk, jwk) for jwk in candidates]


def _load_pem(pem: str) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from cryptography.x509 import load_pem_x509_certificate

    raw = pem.strip().encode()
    return load_pem_x509_certificate(raw).public_key() if b"CERTIFICATE" in raw else load_pem_public_key(raw)


def _load_jwk(jwk: dict[str, Any]) -> Any:
    from jwt import PyJWK

    return PyJWK(jwk)


def _verify_signature(keys: list[Callable[[], Any]], token: str) -> dict[str, Any]:
    """Return the claims of the token, if one of the keys signed it."""
    import msgspec
    from jwt import PyJWS

    problem = "no key with its kid"
    jws = PyJWS(options={"enforce_minimum_key_length": True})  # RFC 7518, 3.3; without it PyJWT only warns
    for key in keys:
        try:
            return msgspec.json.decode(jws.decode(token, key(), algorithms=_ALGORITHMS), type=dict[str, Any])
        except Exception as e:  # key and token are foreign input: any failure means that they don't match
            problem = str(e)[:200]
    raise _invalid(f"no key of the profile verifies the signature: {problem}")


def _require_valid_claims(ctx: Context, profile: TrustedTokenProfile, claims: dict[str, Any]) -> None:
    audience, now = claims.get("aud"), ctx.now.timestamp()
    if claims.get("iss") != profile.issuer:
        raise _invalid(f"iss is {reprlib.repr(claims.get('iss'))}, not {profile.issuer!r}")
    if profile.audience not in (audience if isinstance(audience, list) else [audience]):
        raise _invalid(f"aud is {reprlib.repr(audience)}, not {profile.audience!r}")
    expires_at, not_before = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(expires_at, int | float) or not isinstance(not_before, int | float):
        raise _invalid("exp and nbf must be times, and exp is required")
    if expires_at <= now:
        raise _invalid("the token has expired, by the project's clock")
    if not_before > now:
        raise _invalid("the token isn't valid yet, by the project's clock")


def _claim_of(profile: TrustedTokenProfile, claims: dict[str, Any], attribute: str) -> Any:
    """Return the claim that an attribute is mapped to, by name or by a dotted path, or None."""
    name = profile.attribute_mapping.get(attribute, _DEFAULT_CLAIMS.get(attribute))
    if not isinstance(name, str):
        return None
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    """Return a string claim, or an integer claim as a string; "" for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    return value if isinstance(value, str) else ""
