"""Trusted token profiles: settings, PEM files, and the effect on ``sessions.attest``."""

import pytest

from tests.management.stories import PEM, Workspace
from tests.support import trusted_issuer


@pytest.fixture
def workspace(admin, slugs, create_environment):
    return Workspace(admin, slugs, create_environment)


def test_profile_is_created_changed_and_deleted(workspace, slugs, settings, management_error):
    profiles = workspace.admin.trusted_token_profiles
    created = workspace.profile().profile
    assert (created.public_key_type, created.jwks_url, created.pem_files) == ("JWK", "https://issuer.example/jwks", [])
    other = workspace.pem_profile()
    assert profiles.get_all(*slugs).profiles == [created, other]
    mapping = {"email": "address", "role_ids": {"path": ["a", 1]}}
    changed = profiles.update(*slugs, created.profile_id, attribute_mapping=mapping, can_jit_provision=False).profile
    assert changed == created.model_copy(update={"attribute_mapping": mapping, "can_jit_provision": False})
    assert profiles.get(*slugs, created.profile_id).profile == changed
    assert [p["issuer"] for p in settings()["trusted_token_profiles"]] == ["issuer.example"] * 2
    profiles.delete(*slugs, created.profile_id)
    for call in (profiles.get, profiles.delete, profiles.update):
        assert management_error(call, *slugs, created.profile_id) == (404, "trusted_token_profile_not_found")
    assert profiles.get_all(*slugs).profiles == [other]


def test_pem_files_are_added_and_deleted(workspace, slugs, management_error):
    profiles, profile = workspace.admin.trusted_token_profiles, workspace.pem_profile()
    (first,) = profile.pem_files
    assert first.public_key == PEM
    more = profiles.create_pem_file(*slugs, profile.profile_id, PEM).pem_file
    assert profiles.get_pem_file(*slugs, profile.profile_id, more.pem_file_id).pem_file == more
    assert profiles.get(*slugs, profile.profile_id).profile.pem_files == [first, more]
    profiles.delete_pem_file(*slugs, profile.profile_id, first.pem_file_id)
    deleted = (*slugs, profile.profile_id, first.pem_file_id)
    assert management_error(profiles.get_pem_file, *deleted) == (404, "trusted_token_profile_not_found")
    assert management_error(profiles.delete_pem_file, *deleted) == (404, "trusted_token_profile_not_found")
    assert management_error(profiles.delete_pem_file, *slugs, profile.profile_id, more.pem_file_id) == (
        400,
        "must_have_pem_files_for_trusted_token_profile_with_type_pem",
    )


def test_token_with_a_key_of_the_profile_is_attested(workspace, slugs, given, client, refused):
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test")
    trusted = {"audience": trusted_issuer.AUDIENCE, "issuer": trusted_issuer.ISSUER, "can_jit_provision": False}
    create, add = workspace.admin.trusted_token_profiles.create, workspace.admin.trusted_token_profiles.create_pem_file
    created = create(*slugs, name="x", pem_files=[PEM], public_key_type="PEM", **trusted).profile
    attest = (client.sessions.attest, created.profile_id, trusted_issuer.token(), acme.organization_id)
    assert refused(*attest) == "invalid_trusted_auth_token"  # the profile's only key is another one
    add(*slugs, created.profile_id, trusted_issuer.pem())
    assert attest[0](*attest[1:]).member_id == ada.member_id


def test_invalid_profile_is_refused(workspace, slugs, management_error):
    profiles = workspace.admin.trusted_token_profiles
    assert management_error(workspace.profile, jwks_url="") == (
        400,
        "must_have_jwks_url_for_trusted_token_profile_with_type_jwk",
    )
    assert management_error(workspace.profile, jwks_url="nope") == (400, "invalid_jwks_url")
    assert management_error(workspace.profile, public_key_type="PEM") == (
        400,
        "must_have_pem_files_for_trusted_token_profile_with_type_pem",
    )
    assert management_error(workspace.profile, public_key_type="PEM", pem_files=["nope"]) == (400, "invalid_public_key")
    created = workspace.profile().profile
    assert management_error(profiles.create_pem_file, *slugs, created.profile_id, PEM) == (
        400,
        "cannot_add_pem_file_to_non_pem_trusted_token_profile",
    )
    assert management_error(profiles.update, *slugs, created.profile_id, jwks_url="") == (
        400,
        "must_have_jwks_url_for_trusted_token_profile_with_type_jwk",
    )
    pem = workspace.profile(public_key_type="PEM", pem_files=[PEM]).profile
    assert management_error(profiles.create_pem_file, *slugs, pem.profile_id, "nope") == (400, "invalid_public_key")
    assert management_error(profiles.update, *slugs, created.profile_id, jwks_url="ftp://x") == (
        400,
        "invalid_jwks_url",
    )
