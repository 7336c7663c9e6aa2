"""``passwords.migrate``: import password hashes from another system."""

import base64
import hashlib

import argon2
import bcrypt
import pytest
from passlib.hash import phpass
from passlib.hash import scrypt as passlib_scrypt

GOOD = "violet harbour 83 länterns"
RAW, SALT = GOOD.encode(), b"0123456789abcdef"
B64 = base64.b64encode(SALT).decode()
MD5 = hashlib.md5(RAW).hexdigest()
SCRYPT = {"salt": B64, "n_parameter": 1024, "r_parameter": 8, "p_parameter": 1, "key_length": 32}
PBKDF2 = {"salt": B64, "iteration_amount": 1000, "key_length": 32}
ARGON2 = {"salt": SALT.decode(), "iteration_amount": 2, "memory": 1024, "threads": 1, "key_length": 32}

HASHES = {
    "bcrypt": lambda: ("bcrypt", bcrypt.hashpw(RAW, bcrypt.gensalt(4)).decode(), {}),
    "md_5": lambda: ("md_5", MD5, {}),
    "md_5 in upper case": lambda: ("md_5", MD5.upper(), {}),
    "md_5 with salt before": lambda: (
        "md_5",
        hashlib.md5(b"<" + RAW).hexdigest(),
        {"md_5_config": {"prepend_salt": "<"}},
    ),
    "sha_1 with salt after": lambda: (
        "sha_1",
        hashlib.sha1(RAW + b">").hexdigest(),
        {"sha_1_config": {"append_salt": ">"}},
    ),
    "sha_512 with both": lambda: (
        "sha_512",
        hashlib.sha512(b"<" + RAW + b">").hexdigest(),
        {"sha_512_config": {"prepend_salt": "<", "append_salt": ">"}},
    ),
    "argon_2id encoded": lambda: ("argon_2id", argon2.PasswordHasher(1, 1024, 1).hash(RAW), {}),
    "argon_2i encoded": lambda: ("argon_2i", argon2.PasswordHasher(1, 1024, 1, type=argon2.Type.I).hash(RAW), {}),
    "argon_2id in hex": lambda: (
        "argon_2id",
        argon2.low_level.hash_secret_raw(RAW, SALT, 2, 1024, 1, 32, argon2.Type.ID).hex(),
        {"argon_2_config": ARGON2},
    ),
    "scrypt encoded": lambda: ("scrypt", passlib_scrypt.using(rounds=10).hash(RAW), {}),
    "scrypt": lambda: (
        "scrypt",
        base64.b64encode(hashlib.scrypt(RAW, salt=SALT, n=1024, r=8, p=1, dklen=32)).decode(),
        {"scrypt_config": SCRYPT},
    ),
    "pbkdf_2": lambda: (
        "pbkdf_2",
        base64.b64encode(hashlib.pbkdf2_hmac("sha256", RAW, SALT, 1000, 32)).decode(),
        {"pbkdf_2_config": PBKDF2},
    ),
    "phpass": lambda: ("phpass", phpass.using(rounds=7).hash(RAW), {}),
}


@pytest.fixture
def migrate(client, acme):
    def call(email_address="ada@acme.test", hash=MD5, hash_type="md_5", **fields):
        return client.passwords.migrate(email_address, hash, hash_type, acme.organization_id, **fields)

    return call


@pytest.fixture
def log_in(client, acme):
    return lambda password=GOOD: client.passwords.authenticate(acme.organization_id, "ada@acme.test", password)


@pytest.mark.parametrize("name", HASHES)
def test_imported_hash_accepts_its_password(migrate, log_in, refused, name):
    hash_type, hashed, configs = HASHES[name]()
    response = migrate(hash=hashed, hash_type=hash_type, **configs)
    assert response.member_created
    assert response.member.member_password_id
    assert refused(log_in, GOOD + "!") == "unauthorized_credentials"
    assert log_in().member_authenticated


def test_import_creates_a_member(migrate, events):
    response = migrate(
        name="Ada",
        trusted_metadata={"plan": "pro"},
        untrusted_metadata={"theme": "dark"},
        roles=["stytch_admin"],
        mfa_phone_number="+12025550123",
        set_phone_number_verified=True,
        external_id="ada",
    )
    member = response.member
    assert (response.member_created, response.member_id) == (True, member.member_id)
    assert (member.status, member.email_address_verified, member.name) == ("active", True, "Ada")
    assert (member.trusted_metadata, member.untrusted_metadata) == ({"plan": "pro"}, {"theme": "dark"})
    assert "stytch_admin" in [role.role_id for role in member.roles]
    assert (member.mfa_phone_number, member.mfa_phone_number_verified) == ("+12025550123", True)
    assert member.external_id == "ada"
    assert response.organization.organization_id == member.organization_id
    assert events() == [("organization", "create"), ("member", "create")]


def test_imported_phone_number_is_unverified_by_default(migrate):
    assert migrate(mfa_phone_number="+12025550123").member.mfa_phone_number_verified is False


@pytest.mark.parametrize("how", ["active", "pending", "invited"])
def test_import_updates_an_existing_member(migrate, log_in, given, acme, client, events, how):
    if how == "invited":
        client.magic_links.email.invite(acme.organization_id, "ada@acme.test")
    else:
        given.member(acme, "ada@acme.test", create_member_as_pending=how == "pending")
    existing = client.organizations.members.get(acme.organization_id, email_address="ada@acme.test").member
    assert existing.status == how
    events()
    response = migrate(external_id="ignored", untrusted_metadata={"a": 1}, name="Ada")
    assert (response.member_created, response.member_id) == (False, existing.member_id)
    assert (response.member.status, response.member.email_address_verified) == ("active", True)
    assert response.member.external_id is None
    assert (response.member.untrusted_metadata, response.member.name) == ({"a": 1}, "Ada")
    assert events() == [("member", "update")]
    assert log_in().member_authenticated


def test_import_keeps_the_fields_of_an_existing_member(migrate, given, acme):
    given.member(
        acme, "ada@acme.test", name="Ada", roles=["stytch_admin"], untrusted_metadata={"a": 1}, external_id="ada"
    )
    member = migrate(untrusted_metadata={"b": 2}).member
    assert (member.name, member.untrusted_metadata, member.external_id) == ("Ada", {"a": 1, "b": 2}, "ada")
    assert "stytch_admin" in [role.role_id for role in member.roles]


def test_import_is_refused_if_the_member_has_a_password(migrate, log_in, refused):
    migrate()
    assert refused(migrate) == "password_already_exists"
    assert refused(migrate, hash="00" * 16) == "password_already_exists"
    assert log_in().member_authenticated


def test_cross_org_password_is_imported_once_per_organization(migrate, given, client, mock, refused):
    mock.configure(cross_org_passwords_enabled=True)
    second, third = given.organization("Second"), given.organization("Third")
    there = given.member(second, "ada@acme.test")
    first = migrate()

    def again(organization, hashed=MD5):
        return client.passwords.migrate("ada@acme.test", hashed, "md_5", organization.organization_id)

    assert refused(again, third, "00" * 16) == "password_already_exists"
    assert refused(again, second, "00" * 16) == "password_already_exists"
    existing, created = again(second), again(third)
    assert (existing.member_id, existing.member_created, created.member_created) == (there.member_id, False, True)
    assert existing.member.email_address_verified
    assert {a.member.member_password_id for a in (first, existing, created)} == {first.member.member_password_id}
    for organization in (second, third):
        login = client.passwords.authenticate(organization.organization_id, "ada@acme.test", GOOD)
        assert login.member_authenticated


# Refusals


REFUSED = {
    "no address": ("invalid_email", {"email_address": "not-an-address"}),
    "no hash": ("invalid_hash", {"hash": ""}),
    "a very long hash": ("invalid_hash", {"hash": "0" * 4097}),
    "no type": ("invalid_hash_type", {"hash_type": ""}),
    "an unknown type": ("invalid_hash_type", {"hash_type": "rot13"}),
    "bcrypt": ("invalid_bcrypt_hash", {"hash_type": "bcrypt"}),
    "bcrypt's cost": ("invalid_bcrypt_cost", {"hash_type": "bcrypt", "hash": "$2b$31$" + "." * 53}),
    "md_5": ("invalid_md_5_hash", {"hash": "zz"}),
    "sha_1": ("invalid_sha_1_hash", {"hash_type": "sha_1"}),
    "sha_512": ("invalid_sha_512_hash", {"hash_type": "sha_512"}),
    "bare argon_2id": ("invalid_hash", {"hash_type": "argon_2id"}),
    "argon_2i for argon_2id": ("invalid_hash", {"hash_type": "argon_2i", "hash": "$argon2id$v=19$m=64,t=1,p=1$c29$aa"}),
    "bare scrypt": ("invalid_hash", {"hash_type": "scrypt"}),
    "bare pbkdf_2": ("invalid_pbkdf_2_hash", {"hash_type": "pbkdf_2"}),
    "phpass": ("invalid_phpass_hash_prefix", {"hash_type": "phpass"}),
    "short phpass": ("invalid_phpass_hash_format", {"hash_type": "phpass", "hash": "$P$short"}),
    "the default role": ("cannot_assign_default_rbac_role_id", {"roles": ["stytch_member"]}),
    "no role": ("invalid_rbac_role_assignment", {"roles": ["captain"]}),
    "no phone number": ("invalid_phone_number", {"mfa_phone_number": "12"}),
    "too many keys": ("metadata_too_many_keys", {"trusted_metadata": dict.fromkeys(map(str, range(21)), 1)}),
    "too much": ("metadata_too_large", {"untrusted_metadata": {"k": "x" * 4096}}),
    "no object": ("metadata_invalid_format", {"untrusted_metadata": "x"}),
    "no external id": ("invalid_external_id", {"external_id": "what?"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_invalid_import_creates_no_member(migrate, refused, client, acme, name):
    error, fields = REFUSED[name]
    assert refused(migrate, **fields) == error
    assert client.organizations.members.search([acme.organization_id]).members == []


KEY = "00" * 32
CONFIGS = [
    ("argon_2id", {"salt": "x"}, "invalid_argon_2_salt"),
    ("argon_2id", {"iteration_amount": 0}, "invalid_argon_2_iteration_amount"),
    ("argon_2id", {"memory": 10**9}, "invalid_argon_2_memory"),
    ("argon_2id", {"threads": 0}, "invalid_argon_2_threads"),
    ("argon_2id", {"key_length": 1}, "invalid_argon_2_key_length"),
    ("argon_2id", {"key_length": 16}, "argon_2_key_length_mismatch"),
    ("argon_2id", {"memory": "much"}, "invalid_argument"),
    ("argon_2id", {"salt": None}, "bad_request"),
    ("scrypt", {"salt": "!"}, "invalid_base64_scrypt_salt"),
    ("scrypt", {"salt": ""}, "invalid_scrypt_salt_length"),
    ("scrypt", {"n_parameter": 1000}, "invalid_scrypt_n_parameter"),
    ("scrypt", {"r_parameter": 0}, "invalid_scrypt_parameters"),
    ("scrypt", {"key_length": 16}, "scrypt_key_length_mismatch"),
    ("scrypt", {"p_parameter": [1]}, "invalid_argument"),
    ("pbkdf_2", {"salt": "!"}, "invalid_pbkdf_2_salt"),
    ("pbkdf_2", {"iteration_amount": 10**12}, "invalid_pbkdf_2_iteration_amount"),
    ("pbkdf_2", {"algorithm": "md5"}, "invalid_pbkdf_2_algorithm"),
    ("pbkdf_2", {"key_length": 16}, "pbkdf_2_key_length_mismatch"),
    ("pbkdf_2", {"algorithm": 256}, "invalid_argument"),
]


@pytest.mark.parametrize(("hash_type", "changed", "error"), CONFIGS, ids=[f"{t}-{e}" for t, _, e in CONFIGS])
def test_invalid_hash_parameters_are_refused(error_type_of, acme, hash_type, changed, error):
    config = {"argon_2id": ARGON2, "scrypt": SCRYPT, "pbkdf_2": PBKDF2}[hash_type] | changed
    body = {
        "organization_id": acme.organization_id,
        "email_address": "ada@acme.test",
        "hash": KEY,
        "hash_type": hash_type,
        f"{hash_type.replace('argon_2id', 'argon_2')}_config": config,
    }
    assert error_type_of("POST", "/v1/b2b/passwords/migrate", body) == error


def test_config_must_be_an_object(error_type_of, acme):
    body = {"organization_id": acme.organization_id, "email_address": "a@b.test", "hash": MD5, "hash_type": "md_5"}
    for name in ("md_5", "sha_1", "sha_512", "argon_2", "scrypt", "pbkdf_2"):
        assert error_type_of("POST", "/v1/b2b/passwords/migrate", {**body, f"{name}_config": "x"}) == "invalid_argument"
    assert (
        error_type_of("POST", "/v1/b2b/passwords/migrate", {**body, "md_5_config": {"prepend_salt": 1}})
        == "invalid_argument"
    )
    nothing = dict.fromkeys(["md_5_config", "argon_2_config", "scrypt_config"])
    assert error_type_of("POST", "/v1/b2b/passwords/migrate", {**body, **nothing}) == "none"


def test_phone_number_and_external_id_of_another_member_are_refused(migrate, given, acme, client, refused):
    given.member(acme, "bob@acme.test", mfa_phone_number="+12025550123", external_id="bob")
    assert refused(migrate, mfa_phone_number="+12025550123") == "duplicate_member_phone_number"
    assert refused(migrate, external_id="bob") == "duplicate_member_external_id"
    phone = refused(migrate, "bob@acme.test", mfa_phone_number="+12025550124")
    assert phone == "duplicate_member_phone_number_for_member"
    assert refused(client.passwords.migrate, "a@b.test", MD5, "md_5", "acme-2") == "organization_not_found"
    assert refused(client.passwords.migrate, "a@b.test", MD5, "md_5", "") == "invalid_organization_id"
