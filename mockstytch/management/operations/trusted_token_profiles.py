"""``trusted_token_profiles``: the issuers whose JWTs ``sessions.attest`` accepts."""

import re
from typing import Annotated, Any

from msgspec import Meta
from msgspec.structs import replace

from mockstytch import errors
from mockstytch.domain.shared import redirects
from mockstytch.management import workspace
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import PemFile, TrustedTokenProfile
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import UNSET, CaseInsensitiveEnum, Maybe

api = Endpoints()

_MAX_PEM_FILES = 5

_ALL = ENVIRONMENT + "/trusted_token_profiles"
_ONE = _ALL + "/{profile_id}"
_PEM = r"-----BEGIN ([A-Z ]+)-----[A-Za-z0-9+/=\s]+-----END \1-----"
Text = Annotated[str, Meta(min_length=1)]


class PublicKeyType(CaseInsensitiveEnum):
    JWK = "JWK"
    PEM = "PEM"


class Create(EnvironmentPath):
    name: Text
    audience: Text
    issuer: Text
    pem_files: list[str] = []
    can_jit_provision: bool = False
    jwks_url: str = ""
    attribute_mapping: dict[str, Any] = {}
    public_key_type: PublicKeyType = PublicKeyType.JWK


@api.post(_ALL)
def create(ctx: Context, req: Create) -> Body:
    """Create a profile. Its keys are at a URL (type JWK) or in the request (type PEM).

    Raises:
        must_have_pem_files_for_trusted_token_profile_with_type_pem: if a profile of type PEM has no PEM files.
        too_many_pem_files_for_trusted_token_profile: if the profile has more than 5 PEM files.
    """
    is_pem = req.public_key_type is PublicKeyType.PEM
    if is_pem and not req.pem_files:
        raise errors.must_have_pem_files_for_trusted_token_profile_with_type_pem()
    if is_pem:
        _require_room(ctx, len(req.pem_files) - 1)
    profile = TrustedTokenProfile(
        profile_id=ctx.ids.new("trusted_token_profile"),
        name=req.name,
        audience=req.audience,
        issuer=req.issuer,
        public_key_type=req.public_key_type.value,
        jwks_url=req.jwks_url,
        pem_files=[_new_pem_file(ctx, key) for key in req.pem_files if is_pem],
        attribute_mapping=req.attribute_mapping,
        can_jit_provision=req.can_jit_provision,
    )
    _require_valid_jwks_url(profile)
    _save(ctx, [*_profiles(ctx), profile])
    return {"profile": _serialize(profile)}


class ProfilePath(EnvironmentPath):
    """The environment and the profile in the path."""

    profile_id: str


@api.get(_ONE)
def get(ctx: Context, req: ProfilePath) -> Body:
    """Return a profile."""
    return {"profile": _serialize(_get_profile(ctx, req.profile_id))}


@api.get(_ALL)
def get_all(ctx: Context, req: EnvironmentPath) -> Body:
    """Return all profiles."""
    return {"profiles": [_serialize(profile) for profile in _profiles(ctx)]}


class Update(ProfilePath):
    name: Maybe[Text] = UNSET
    audience: Maybe[Text] = UNSET
    issuer: Maybe[Text] = UNSET
    jwks_url: Maybe[str] = UNSET
    attribute_mapping: Maybe[dict[str, Any]] = UNSET
    can_jit_provision: Maybe[bool] = UNSET


@api.patch(_ONE)
def update(ctx: Context, req: Update) -> Body:
    """Change the fields of a profile that the request contains."""
    profile = replace(_get_profile(ctx, req.profile_id), **req.changes())
    _require_valid_jwks_url(profile)
    return {"profile": _serialize(_replace(ctx, profile))}


@api.delete(_ONE)
def delete(ctx: Context, req: ProfilePath) -> Body:
    """Delete a profile."""
    deleted = _get_profile(ctx, req.profile_id)
    _save(ctx, [profile for profile in _profiles(ctx) if profile is not deleted])
    return {}


class CreatePemFile(ProfilePath):
    public_key: str = ""


@api.post(_ONE + "/keys")
def create_pem_file(ctx: Context, req: CreatePemFile) -> Body:
    """Add a PEM file to a profile.

    Raises:
        cannot_add_pem_file_to_non_pem_trusted_token_profile: if the profile isn't of type PEM.
        too_many_pem_files_for_trusted_token_profile: if the profile has 5 PEM files.
    """
    profile = _get_profile(ctx, req.profile_id)
    if profile.public_key_type != "PEM":
        raise errors.cannot_add_pem_file_to_non_pem_trusted_token_profile()
    _require_room(ctx, len(profile.pem_files))
    pem_file = _new_pem_file(ctx, req.public_key)
    _replace(ctx, replace(profile, pem_files=[*profile.pem_files, pem_file]))
    return {"pem_file": _serialize_pem_file(pem_file)}


class PemFilePath(ProfilePath):
    """The environment, the profile and the PEM file in the path."""

    pem_file_id: str


@api.get(_ONE + "/keys/{pem_file_id}")
def get_pem_file(ctx: Context, req: PemFilePath) -> Body:
    """Return a PEM file."""
    return {"pem_file": _serialize_pem_file(_get_pem_file(_get_profile(ctx, req.profile_id), req.pem_file_id))}


@api.delete(_ONE + "/keys/{pem_file_id}")
def delete_pem_file(ctx: Context, req: PemFilePath) -> Body:
    """Delete a PEM file.

    Raises:
        must_have_pem_files_for_trusted_token_profile_with_type_pem: if the PEM file is the last one of the profile.
    """
    profile = _get_profile(ctx, req.profile_id)
    deleted = _get_pem_file(profile, req.pem_file_id)
    remaining = [pem_file for pem_file in profile.pem_files if pem_file is not deleted]
    if not remaining:
        raise errors.must_have_pem_files_for_trusted_token_profile_with_type_pem()
    _replace(ctx, replace(profile, pem_files=remaining))
    return {}


def _require_room(ctx: Context, count: int) -> None:
    """Refuse a PEM file beside ``count`` others if that is too many."""
    workspace.require_room(ctx, count, _MAX_PEM_FILES, errors.too_many_pem_files_for_trusted_token_profile())


def _profiles(ctx: Context) -> list[TrustedTokenProfile]:
    return ctx.project.settings.trusted_token_profiles


def _get_profile(ctx: Context, profile_id: str) -> TrustedTokenProfile:
    """Return a profile.

    Raises:
        trusted_token_profile_not_found: if the environment has no such profile.
    """
    profile = next((profile for profile in _profiles(ctx) if profile.profile_id == profile_id), None)
    if profile is None:
        raise errors.trusted_token_profile_not_found()
    return profile


def _get_pem_file(profile: TrustedTokenProfile, pem_file_id: str) -> PemFile:
    """Return a PEM file of a profile.

    Raises:
        trusted_token_profile_not_found: if the profile doesn't have this PEM file.
    """
    pem_file = next((pem for pem in profile.pem_files if pem.pem_file_id == pem_file_id), None)
    if pem_file is None:
        raise errors.trusted_token_profile_not_found(because=f"the profile has no PEM file {pem_file_id}")
    return pem_file


def _save(ctx: Context, profiles: list[TrustedTokenProfile]) -> None:
    ctx.update_project(settings=replace(ctx.project.settings, trusted_token_profiles=profiles))


def _replace(ctx: Context, changed: TrustedTokenProfile) -> TrustedTokenProfile:
    _save(ctx, [changed if profile.profile_id == changed.profile_id else profile for profile in _profiles(ctx)])
    return changed


def _require_valid_jwks_url(profile: TrustedTokenProfile) -> None:
    """Check the JWKS URL of a profile.

    Raises:
        must_have_jwks_url_for_trusted_token_profile_with_type_jwk: if a profile of type JWK has no JWKS URL.
        invalid_jwks_url: if the JWKS URL isn't a valid http or https URL.
    """
    if profile.public_key_type == "JWK" and not profile.jwks_url:
        raise errors.must_have_jwks_url_for_trusted_token_profile_with_type_jwk()
    if profile.jwks_url and not (redirects.is_url(profile.jwks_url) and profile.jwks_url.startswith("http")):
        raise errors.invalid_jwks_url(because=f"{profile.jwks_url!r} isn't a valid URL")


def _new_pem_file(ctx: Context, public_key: str) -> PemFile:
    """Return a new PEM file.

    The key between the PEM markers isn't checked: the tests of the official client show that the real API doesn't
    check it either.

    Raises:
        invalid_public_key: if the public key isn't in PEM format.
    """
    if not re.fullmatch(_PEM, public_key.strip()):
        raise errors.invalid_public_key()
    return PemFile(pem_file_id=ctx.ids.new("pem_file"), public_key=public_key)


def _serialize_pem_file(pem_file: PemFile) -> dict[str, Any]:
    return {"pem_file_id": pem_file.pem_file_id, "public_key": pem_file.public_key}


def _serialize(profile: TrustedTokenProfile) -> dict[str, Any]:
    return {
        "profile_id": profile.profile_id,
        "name": profile.name,
        "audience": profile.audience,
        "issuer": profile.issuer,
        "pem_files": [_serialize_pem_file(pem) for pem in profile.pem_files],
        "can_jit_provision": profile.can_jit_provision,
        "jwks_url": profile.jwks_url or None,
        "attribute_mapping": profile.attribute_mapping,
        "public_key_type": profile.public_key_type,
    }
