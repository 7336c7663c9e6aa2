"""Imported password hashes: each is hashed by the usual library of its algorithm, and accepts its password."""

import base64
import hashlib
import time

import argon2
import bcrypt
import pytest
from passlib.hash import phpass
from passlib.hash import scrypt as passlib_scrypt

from mockstytch.errors import StytchError
from mockstytch.protocols.password_hashes import Argon2, Configs, Pbkdf2, Salts, Scrypt, import_hash, verify

PASSWORD = "correct horse ünd battery"
_SALT = b"0123456789abcdef"
_B64 = base64.b64encode(_SALT).decode()


_TYPES = ("bcrypt", "md_5", "sha_1", "sha_512", "argon_2i", "argon_2id", "scrypt", "pbkdf_2", "phpass")


def _argon2_raw(kind: argon2.Type) -> str:
    return argon2.low_level.hash_secret_raw(PASSWORD.encode(), _SALT, 2, 1024, 1, 32, kind).hex()


_SCRYPT = hashlib.scrypt(PASSWORD.encode(), salt=_SALT, n=1024, r=8, p=1, dklen=32)
_PBKDF2 = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), _SALT, 1000, 32)
_ARGON2 = Argon2(salt=_SALT.decode(), iteration_amount=2, memory=1024, threads=1, key_length=32)


@pytest.mark.parametrize(
    ("hash_type", "hashed", "configs"),
    [
        ("bcrypt", bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(), Configs()),
        ("md_5", hashlib.md5(PASSWORD.encode()).hexdigest(), Configs()),
        ("sha_1", hashlib.sha1(PASSWORD.encode()).hexdigest(), Configs()),
        ("sha_512", hashlib.sha512(PASSWORD.encode()).hexdigest(), Configs()),
        (
            "md_5",
            hashlib.md5(f"<{PASSWORD}>".encode()).hexdigest(),
            Configs(md_5=Salts(prepend_salt="<", append_salt=">")),
        ),
        ("argon_2id", argon2.PasswordHasher(1, 1024, 1).hash(PASSWORD), Configs()),
        ("argon_2i", argon2.PasswordHasher(1, 1024, 1, type=argon2.Type.I).hash(PASSWORD), Configs()),
        ("argon_2id", _argon2_raw(argon2.Type.ID), Configs(argon_2=_ARGON2)),
        ("argon_2i", _argon2_raw(argon2.Type.I), Configs(argon_2=_ARGON2)),
        ("scrypt", passlib_scrypt.using(rounds=10).hash(PASSWORD), Configs()),
        (
            "scrypt",
            _SCRYPT.hex(),
            Configs(scrypt=Scrypt(salt=_B64, n_parameter=1024, r_parameter=8, p_parameter=1, key_length=32)),
        ),
        (
            "scrypt",
            base64.b64encode(_SCRYPT).decode(),
            Configs(scrypt=Scrypt(salt=_B64, n_parameter=1024, r_parameter=8, p_parameter=1, key_length=32)),
        ),
        ("pbkdf_2", _PBKDF2.hex(), Configs(pbkdf_2=Pbkdf2(salt=_B64, iteration_amount=1000, key_length=32))),
        (
            "pbkdf_2",
            base64.b64encode(hashlib.pbkdf2_hmac("sha512", PASSWORD.encode(), _SALT, 10, 64)).decode(),
            Configs(pbkdf_2=Pbkdf2(salt=_B64, iteration_amount=10, key_length=64, algorithm="sha512")),
        ),
        ("phpass", phpass.using(rounds=7).hash(PASSWORD), Configs()),
    ],
    ids=lambda value: value if value in _TYPES else "",  # without the random salts, so that ids are stable
)
def test_imported_hash_accepts_its_password(hash_type, hashed, configs):
    stored = import_hash(hash_type, hashed, configs)
    assert verify(stored, PASSWORD)
    assert not verify(stored, PASSWORD + "!")
    assert not verify(stored, "")


def _scrypt_config(**changed: object) -> Configs:
    values = {"salt": _B64, "n_parameter": 1024, "r_parameter": 8, "p_parameter": 1, "key_length": 32, **changed}
    return Configs(scrypt=Scrypt(**values))


def _argon2_config(**changed: object) -> Configs:
    values = {"salt": "saltsalt", "iteration_amount": 1, "memory": 64, "threads": 1, "key_length": 32, **changed}
    return Configs(argon_2=Argon2(**values))


def _pbkdf2_config(**changed: object) -> Configs:
    return Configs(pbkdf_2=Pbkdf2(**{"salt": _B64, "iteration_amount": 10, "key_length": 32, **changed}))


_KEY = "00" * 32
_ITERATIONS, _PBKDF2_ROUNDS = "invalid_argon_2_iteration_amount", "invalid_pbkdf_2_iteration_amount"


@pytest.mark.parametrize(
    ("hash_type", "hashed", "configs", "error"),
    [
        ("rot13", "x", Configs(), "invalid_hash_type"),
        ("bcrypt", "$2b$10$short", Configs(), "invalid_bcrypt_hash"),
        ("bcrypt", "$2b$03$" + "a" * 53, Configs(), "invalid_bcrypt_cost"),
        ("bcrypt", "$2b$31$" + "a" * 53, Configs(), "invalid_bcrypt_cost"),
        ("bcrypt", "$2x$10$" + "." * 53, Configs(), "invalid_bcrypt_hash"),
        ("bcrypt", "$2b$10$" + "/" * 53, Configs(), "invalid_bcrypt_hash"),
        ("bcrypt", "$2b$15$" + "." * 53, Configs(), "invalid_bcrypt_cost"),
        ("md_5", "zz", Configs(), "invalid_md_5_hash"),
        ("sha_1", "00" * 16, Configs(), "invalid_sha_1_hash"),
        ("sha_512", "", Configs(), "invalid_sha_512_hash"),
        ("argon_2id", "$argon2id$nonsense", Configs(), "invalid_hash"),
        ("argon_2id", "$argon2id$v=19$m=99999999,t=1,p=1$c29tZXNhbHQ$aaaa", Configs(), "invalid_argon_2_memory"),
        ("argon_2i", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$aaaaaaaa", Configs(), "invalid_hash"),
        ("argon_2id", "$argon2id$v=19$m=64,t=65,p=1$c29tZXNhbHQ$aaaaaaaa", Configs(), _ITERATIONS),
        ("argon_2id", "$argon2id$v=19$m=64,t=0,p=1$c29tZXNhbHQ$aaaaaaaa", Configs(), _ITERATIONS),
        ("argon_2id", "$argon2id$v=19$m=65536,t=9,p=1$c29tZXNhbHQ$aaaaaaaa", Configs(), "invalid_argon_2_memory"),
        ("argon_2id", "$argon2id$v=19$m=8192,t=1,p=65$c29tZXNhbHQ$aaaaaaaa", Configs(), "invalid_argon_2_threads"),
        ("argon_2id", "$argon2id$v=19$m=64,t=1,p=1$!$aaaaaaaa", Configs(), "invalid_argon_2_salt"),
        ("argon_2id", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$a", Configs(), "invalid_argon_2_key_length"),
        ("argon_2id", _KEY, Configs(), "invalid_hash"),
        ("argon_2id", "!", _argon2_config(), "invalid_hash"),
        ("argon_2id", _KEY, _argon2_config(salt="x"), "invalid_argon_2_salt"),
        ("argon_2id", _KEY, _argon2_config(iteration_amount=0), _ITERATIONS),
        ("argon_2id", _KEY, _argon2_config(memory=1), "invalid_argon_2_memory"),
        ("argon_2id", _KEY, _argon2_config(iteration_amount=64, memory=1 << 19), "invalid_argon_2_memory"),
        ("argon_2id", _KEY, _argon2_config(threads=0), "invalid_argon_2_threads"),
        ("argon_2id", _KEY, _argon2_config(key_length=1), "invalid_argon_2_key_length"),
        ("argon_2id", _KEY, _argon2_config(key_length=16), "argon_2_key_length_mismatch"),
        ("scrypt", _KEY, Configs(), "invalid_hash"),
        ("scrypt", "!", _scrypt_config(), "invalid_base64_scrypt_hash"),
        ("scrypt", _KEY, _scrypt_config(salt="!"), "invalid_base64_scrypt_salt"),
        ("scrypt", _KEY, _scrypt_config(salt=""), "invalid_scrypt_salt_length"),
        ("scrypt", _KEY, _scrypt_config(n_parameter=1000), "invalid_scrypt_n_parameter"),
        ("scrypt", _KEY, _scrypt_config(n_parameter=524288), "invalid_scrypt_n_parameter"),
        ("scrypt", _KEY, _scrypt_config(r_parameter=0), "invalid_scrypt_parameters"),
        ("scrypt", _KEY, _scrypt_config(n_parameter=65536, r_parameter=1), "invalid_scrypt_parameters"),
        ("scrypt", _KEY, _scrypt_config(n_parameter=262144, p_parameter=2), "invalid_scrypt_parameters"),
        ("scrypt", "$scrypt$ln=18,r=99,p=9$c29tZXNhbHQ$aaaa", Configs(), "invalid_scrypt_parameters"),
        ("scrypt", "$scrypt$ln=10,r=8,p=1$a$aaaa", Configs(), "invalid_base64_scrypt_hash"),
        ("scrypt", "=", _scrypt_config(key_length=0), "invalid_base64_scrypt_hash"),
        ("scrypt", _KEY, _scrypt_config(key_length=16), "scrypt_key_length_mismatch"),
        ("pbkdf_2", _KEY, Configs(), "invalid_pbkdf_2_hash"),
        ("pbkdf_2", "!", _pbkdf2_config(), "invalid_pbkdf_2_hash"),
        ("pbkdf_2", "=", _pbkdf2_config(key_length=0), "invalid_pbkdf_2_hash"),
        ("pbkdf_2", "00" * 64, _pbkdf2_config(key_length=64, iteration_amount=2_000_000), _PBKDF2_ROUNDS),
        ("pbkdf_2", _KEY, _pbkdf2_config(iteration_amount=0), _PBKDF2_ROUNDS),
        ("pbkdf_2", _KEY, _pbkdf2_config(algorithm="md5"), "invalid_pbkdf_2_algorithm"),
        ("pbkdf_2", _KEY, _pbkdf2_config(iteration_amount=10**9), _PBKDF2_ROUNDS),
        ("pbkdf_2", _KEY, _pbkdf2_config(salt="!"), "invalid_pbkdf_2_salt"),
        ("pbkdf_2", _KEY, _pbkdf2_config(key_length=16), "pbkdf_2_key_length_mismatch"),
        ("phpass", "$2b$nope", Configs(), "invalid_phpass_hash_prefix"),
        ("phpass", "$P$short", Configs(), "invalid_phpass_hash_format"),
        ("phpass", "$P$F" + "a" * 30, Configs(), "invalid_phpass_hash_format"),
        ("phpass", "$P$z" + "a" * 30, Configs(), "invalid_phpass_hash_format"),
    ],
)
def test_invalid_hash_is_refused(hash_type, hashed, configs, error):
    with pytest.raises(StytchError) as refused:
        import_hash(hash_type, hashed, configs)
    assert refused.value.kind.error_type == error


# The most expensive hashes that can be imported. The server handles no other request while it verifies one.
_MOST_EXPENSIVE = [
    ("bcrypt", "$2b$14$" + "." * 53, Configs()),
    ("argon_2id", "$argon2id$v=19$m=524288,t=1,p=1$c29tZXNhbHQ$aaaaaaaa", Configs()),
    ("argon_2id", "$argon2id$v=19$m=8192,t=64,p=4$c29tZXNhbHQ$aaaaaaaa", Configs()),
    ("scrypt", _KEY, _scrypt_config(n_parameter=262144)),
    ("pbkdf_2", _KEY, _pbkdf2_config(iteration_amount=2_000_000)),
    ("pbkdf_2", "00" * 2048, _pbkdf2_config(iteration_amount=62_500, key_length=2048, algorithm="sha512")),
    ("phpass", "$P$E" + "a" * 30, Configs()),
]


@pytest.mark.parametrize(("hash_type", "hashed", "configs"), _MOST_EXPENSIVE, ids=lambda v: v if v in _TYPES else "")
def test_most_expensive_hash_is_verified_in_time(hash_type, hashed, configs):
    stored = import_hash(hash_type, hashed, configs)
    started = time.process_time()
    assert not verify(stored, PASSWORD)
    assert time.process_time() - started < 4  # about one second on an idle machine


def test_password_of_a_megabyte_is_verified():
    long = "x" * 1_000_000
    assert not verify(import_hash("phpass", "$P$E" + "a" * 30, Configs()), long)
    assert verify(import_hash("bcrypt", bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4)).decode(), Configs()), long)
    assert verify(import_hash("sha_1", hashlib.sha1(long.encode()).hexdigest(), Configs()), long)


@pytest.mark.parametrize("password", ["a\0b", "🐎" * 30, " "])
def test_password_can_contain_any_character(password):
    assert verify(
        import_hash("bcrypt", bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode(), Configs()), password
    )
    assert verify(import_hash("phpass", phpass.using(rounds=7).hash(password), Configs()), password)
    assert verify(import_hash("argon_2id", argon2.PasswordHasher(1, 64, 1).hash(password), Configs()), password)
