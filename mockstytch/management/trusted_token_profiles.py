"""``trusted_token_profiles``: whose tokens ``sessions.attest`` takes for a proof of who somebody is."""

import re
from typing import Annotated, Any

from msgspec import Meta
from msgspec.structs import replace

from mockstytch import errors
from mockstytch.domain.shared import redirects
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import PemFile, TrustedTokenProfile
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import UNSET, CaseInsensitiveEnum, Maybe

api = Endpoints()

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
    """
    Raises:
        must_have_pem_files_for_trusted_token_profile_with_type_pem: it has none.
    """
    pem = req.public_key_type is PublicKeyType.PEM
    if pem and not req.pem_files:
        raise errors.must_have_pem_files_for_trusted_token_profile_with_type_pem()
    made = TrustedTokenProfile(
        profile_id=ctx.ids.new("trusted_token_profile"),
        name=req.name,
        audience=req.audience,
        issuer=req.issuer,
        public_key_type=req.public_key_type.value,
        jwks_url=req.jwks_url,
        pem_files=[_pem_file(ctx, key) for key in req.pem_files if pem],
        attribute_mapping=req.attribute_mapping,
        can_jit_provision=req.can_jit_provision,
    )
    _check_jwks_url(made)
    _save(ctx, [*_profiles(ctx), made])
    return {"profile": _shown(made)}


class OfProfile(EnvironmentPath):
    profile_id: str


class Get(OfProfile):
    pass


@api.get(_ONE)
def get(ctx: Context, req: Get) -> Body:
    return {"profile": _shown(_find(ctx, req.profile_id))}


class GetAll(EnvironmentPath):
    pass


@api.get(_ALL)
def get_all(ctx: Context, req: GetAll) -> Body:
    return {"profiles": [_shown(profile) for profile in _profiles(ctx)]}


class Update(OfProfile):
    name: Maybe[Text] = UNSET
    audience: Maybe[Text] = UNSET
    issuer: Maybe[Text] = UNSET
    jwks_url: Maybe[str] = UNSET
    attribute_mapping: Maybe[dict[str, Any]] = UNSET
    can_jit_provision: Maybe[bool] = UNSET


@api.patch(_ONE)
def update(ctx: Context, req: Update) -> Body:
    profile = replace(_find(ctx, req.profile_id), **req.changes())
    _check_jwks_url(profile)
    return {"profile": _shown(_replace(ctx, profile))}


class Delete(OfProfile):
    pass


@api.delete(_ONE)
def delete(ctx: Context, req: Delete) -> Body:
    gone = _find(ctx, req.profile_id)
    _save(ctx, [profile for profile in _profiles(ctx) if profile is not gone])
    return {}


class CreatePemFile(OfProfile):
    public_key: str = ""


@api.post(_ONE + "/keys")
def create_pem_file(ctx: Context, req: CreatePemFile) -> Body:
    """
    Raises:
        cannot_add_pem_file_to_non_pem_trusted_token_profile: the profile's keys are at a URL.
    """
    profile = _find(ctx, req.profile_id)
    if profile.public_key_type != "PEM":
        raise errors.cannot_add_pem_file_to_non_pem_trusted_token_profile()
    made = _pem_file(ctx, req.public_key)
    _replace(ctx, replace(profile, pem_files=[*profile.pem_files, made]))
    return {"pem_file": _shown_pem(made)}


class OfPemFile(OfProfile):
    pem_file_id: str


class GetPemFile(OfPemFile):
    pass


@api.get(_ONE + "/keys/{pem_file_id}")
def get_pem_file(ctx: Context, req: GetPemFile) -> Body:
    return {"pem_file": _shown_pem(_find_pem(_find(ctx, req.profile_id), req.pem_file_id))}


class DeletePemFile(OfPemFile):
    pass


@api.delete(_ONE + "/keys/{pem_file_id}")
def delete_pem_file(ctx: Context, req: DeletePemFile) -> Body:
    """
    Raises:
        must_have_pem_files_for_trusted_token_profile_with_type_pem: it is the last one.
    """
    profile = _find(ctx, req.profile_id)
    gone = _find_pem(profile, req.pem_file_id)
    left = [pem for pem in profile.pem_files if pem is not gone]
    if not left:
        raise errors.must_have_pem_files_for_trusted_token_profile_with_type_pem()
    _replace(ctx, replace(profile, pem_files=left))
    return {}


def _profiles(ctx: Context) -> list[TrustedTokenProfile]:
    return ctx.project.settings.trusted_token_profiles


def _find(ctx: Context, profile_id: str) -> TrustedTokenProfile:
    """
    Raises:
        trusted_token_profile_not_found: the environment has no such profile.
    """
    found = next((profile for profile in _profiles(ctx) if profile.profile_id == profile_id), None)
    if found is None:
        raise errors.trusted_token_profile_not_found()
    return found


def _find_pem(profile: TrustedTokenProfile, pem_file_id: str) -> PemFile:
    """
    Raises:
        trusted_token_profile_not_found: it has no such file; there is no name for that alone.
    """
    found = next((pem for pem in profile.pem_files if pem.pem_file_id == pem_file_id), None)
    if found is None:
        raise errors.trusted_token_profile_not_found(because=f"the profile has no PEM file {pem_file_id}")
    return found


def _save(ctx: Context, profiles: list[TrustedTokenProfile]) -> None:
    ctx.update_project(settings=replace(ctx.project.settings, trusted_token_profiles=profiles))


def _replace(ctx: Context, changed: TrustedTokenProfile) -> TrustedTokenProfile:
    _save(ctx, [changed if profile.profile_id == changed.profile_id else profile for profile in _profiles(ctx)])
    return changed


def _check_jwks_url(profile: TrustedTokenProfile) -> None:
    """
    Raises:
        must_have_jwks_url_for_trusted_token_profile_with_type_jwk: it has none.
        invalid_jwks_url: it is no URL.
    """
    if profile.public_key_type == "JWK" and not profile.jwks_url:
        raise errors.must_have_jwks_url_for_trusted_token_profile_with_type_jwk()
    if profile.jwks_url and not (redirects.is_url(profile.jwks_url) and profile.jwks_url.startswith("http")):
        raise errors.invalid_jwks_url(because=f"{profile.jwks_url!r} is no URL")


def _pem_file(ctx: Context, public_key: str) -> PemFile:
    """What is inside the frame is not looked into: the real API takes a key there that is none, as its client's tests
    show.

    Raises:
        invalid_public_key: it is not PEM.
    """
    if not re.fullmatch(_PEM, public_key.strip()):
        raise errors.invalid_public_key()
    return PemFile(pem_file_id=ctx.ids.new("pem_file"), public_key=public_key)


def _shown_pem(pem: PemFile) -> dict[str, Any]:
    return {"pem_file_id": pem.pem_file_id, "public_key": pem.public_key}


def _shown(profile: TrustedTokenProfile) -> dict[str, Any]:
    return {
        "profile_id": profile.profile_id,
        "name": profile.name,
        "audience": profile.audience,
        "issuer": profile.issuer,
        "pem_files": [_shown_pem(pem) for pem in profile.pem_files],
        "can_jit_provision": profile.can_jit_provision,
        "jwks_url": profile.jwks_url or None,
        "attribute_mapping": profile.attribute_mapping,
        "public_key_type": profile.public_key_type,
    }
