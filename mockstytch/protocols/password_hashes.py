"""Password hashes: made here, or brought along from elsewhere, in each form that a user table can have.

A stored hash is JSON: the algorithm, and all that is needed to check a password against it. Costs are bounded: checking
one must not stop a server that does one thing at a time.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.errors import Kind
from mockstytch.values import Frozen

_OWN = {"n": 1024, "r": 8, "p": 1}  # cheap on purpose: it protects nothing
# The dearest of each takes about a second on one slow core.
_DEAREST_BCRYPT = 14
_DEAREST_ARGON2 = 1 << 19  # KiB, of all passes
_DEAREST_SCRYPT = 1 << 21  # n * r * p
_DEAREST_PBKDF2 = 2_000_000  # rounds, of all blocks
_DEAREST_PHPASS = 16
_LONGEST_PHPASS = 4096  # bytes of a password, each of which it digests in each round


class Salts(Frozen):
    """``md_5_config``, ``sha_1_config``, ``sha_512_config``."""

    prepend_salt: str = ""
    append_salt: str = ""


class Argon2(Frozen):
    salt: str
    iteration_amount: int
    memory: int
    threads: int
    key_length: int


class Scrypt(Frozen):
    salt: str
    n_parameter: int
    r_parameter: int
    p_parameter: int
    key_length: int


class Pbkdf2(Frozen):
    salt: str
    iteration_amount: int
    key_length: int
    algorithm: str = "sha256"


class Configs(Frozen):
    """How a hash was made, where it doesn't say so itself."""

    md_5: Salts = Salts()
    sha_1: Salts = Salts()
    sha_512: Salts = Salts()
    argon_2: Argon2 | None = None
    scrypt: Scrypt | None = None
    pbkdf_2: Pbkdf2 | None = None


def make(password: str, salt: str) -> str:
    """Hash a password that was set on this server.

    Args:
        salt: a random text, made by ``ctx.ids.token()``.
    """
    key = hashlib.scrypt(password.encode(), salt=salt.encode(), dklen=32, **_OWN)
    return _json(algorithm="own", salt=salt, key=key.hex())


def verify(stored: str, password: str) -> bool:
    """Whether a password is the one that was hashed."""
    made: dict[str, Any] = msgspec.json.decode(stored)
    return _CHECKS[made["algorithm"]](made, password.encode())


def import_hash(hash_type: str, hash: str, configs: Configs) -> str:
    """A hash from elsewhere, as it is stored.

    Raises:
        invalid_hash_type: no algorithm of that name.
        invalid_…: the hash, or what its configuration says, can't be.
    """
    if hash_type not in _IMPORTS:
        raise errors.invalid_hash_type(because=hash_type)
    return _IMPORTS[hash_type](hash_type, hash, configs)


def _json(**parts: Any) -> str:
    return msgspec.json.encode(parts).decode()


def _bcrypt(_type: str, hash: str, _configs: Configs) -> str:
    import bcrypt

    found = re.fullmatch(r"\$2[aby]\$([0-9][0-9])\$([./A-Za-z0-9]{22})[./A-Za-z0-9]{31}", hash)
    if not found:
        raise errors.invalid_bcrypt_hash()
    if not 4 <= int(found[1]) <= _DEAREST_BCRYPT:
        raise errors.invalid_bcrypt_cost(because=f"4 to {_DEAREST_BCRYPT}, not {found[1]}")
    try:
        bcrypt.hashpw(b"", f"$2b$04${found[2]}".encode())
    except ValueError:
        raise errors.invalid_bcrypt_hash(because="the salt is not 16 bytes") from None
    return _json(algorithm="bcrypt", hash=hash)


def _plain(hash_type: str, hash: str, configs: Configs) -> str:
    digest = {"md_5": "md5", "sha_1": "sha1", "sha_512": "sha512"}[hash_type]
    config: Salts = getattr(configs, hash_type)
    try:
        key = bytes.fromhex(hash)
    except ValueError:
        key = b""
    if len(key) != hashlib.new(digest).digest_size:
        raise errors.invalid_plain_hash[hash_type]()
    return _json(algorithm="plain", digest=digest, key=key.hex(), before=config.prepend_salt, after=config.append_salt)


def _argon2(hash_type: str, hash: str, configs: Configs) -> str:
    if hash.startswith("$"):
        return _encoded_argon2(hash_type, hash)
    config = configs.argon_2
    if config is None:
        raise errors.invalid_hash(because="a bare Argon2 hash needs its argon_2_config")
    key = _bytes(hash, errors.invalid_hash)
    _check_argon2_costs(config)
    if len(key) != config.key_length:
        raise errors.argon_2_key_length_mismatch()
    return _json(algorithm="argon2raw", type=hash_type, key=key.hex(), **msgspec.to_builtins(config))


def _encoded_argon2(hash_type: str, hash: str) -> str:
    from argon2 import extract_parameters
    from argon2.exceptions import InvalidHashError

    try:
        found = extract_parameters(hash)
    except InvalidHashError:
        raise errors.invalid_hash(because="no encoded Argon2 hash") from None
    if f"argon_2{found.type.name.lower()}" != hash_type:
        raise errors.invalid_hash(because=f"it was made by another variant than {hash_type}")
    _check_argon2_costs(
        Argon2(
            salt="x" * found.salt_len,
            iteration_amount=found.time_cost,
            memory=found.memory_cost,
            threads=found.parallelism,
            key_length=found.hash_len,
        )
    )
    return _json(algorithm="argon2", hash=hash)


def _check_argon2_costs(config: Argon2) -> None:
    passes = max(config.iteration_amount, 1)
    for fine, error in (
        (8 <= len(config.salt) <= 1024, errors.invalid_argon_2_salt),
        (1 <= config.iteration_amount <= 64, errors.invalid_argon_2_iteration_amount),
        (8 * max(config.threads, 1) <= config.memory <= _DEAREST_ARGON2 // passes, errors.invalid_argon_2_memory),
        (1 <= config.threads <= 64, errors.invalid_argon_2_threads),
        (4 <= config.key_length <= 1024, errors.invalid_argon_2_key_length),
    ):
        if not fine:
            raise error()


def _scrypt(_type: str, hash: str, configs: Configs) -> str:
    encoded = re.fullmatch(
        r"\$s(?:crypt)?\$ln=([0-9]{1,2}),r=([0-9]{1,3}),p=([0-9]{1,3})\$([A-Za-z0-9+/.=]+)\$([A-Za-z0-9+/.=]+)", hash
    )
    if encoded:
        n, r, p = 1 << int(encoded[1]), int(encoded[2]), int(encoded[3])
        salt, key = (_base64(part.replace(".", "+"), errors.invalid_base64_scrypt_hash) for part in encoded.group(4, 5))
    else:
        config = configs.scrypt
        if config is None:
            raise errors.invalid_hash(because="a bare scrypt hash needs its scrypt_config")
        n, r, p = config.n_parameter, config.r_parameter, config.p_parameter
        salt = _base64(config.salt, errors.invalid_base64_scrypt_salt)
        key = _bytes(hash, errors.invalid_base64_scrypt_hash)
        if len(key) != config.key_length:
            raise errors.scrypt_key_length_mismatch()
    if not 2 <= n <= 262_144 or n & (n - 1):
        raise errors.invalid_scrypt_n_parameter()
    if r < 1 or p < 1 or n * r * p > _DEAREST_SCRYPT or n.bit_length() > 16 * r:  # the last by RFC 7914
        raise errors.invalid_scrypt_parameters()
    if not key:
        raise errors.invalid_base64_scrypt_hash(because="it is empty")
    if not salt:
        raise errors.invalid_scrypt_salt_length()
    return _json(algorithm="scrypt", n=n, r=r, p=p, salt=salt.hex(), key=key.hex())


def _pbkdf2(_type: str, hash: str, configs: Configs) -> str:
    config = configs.pbkdf_2
    if config is None:
        raise errors.invalid_pbkdf_2_hash(because="it needs its pbkdf_2_config")
    if config.algorithm not in ("sha256", "sha512"):
        raise errors.invalid_pbkdf_2_algorithm()
    salt, key = _base64(config.salt, errors.invalid_pbkdf_2_salt), _bytes(hash, errors.invalid_pbkdf_2_hash)
    if not key:
        raise errors.invalid_pbkdf_2_hash(because="it is empty")
    if len(key) != config.key_length:
        raise errors.pbkdf_2_key_length_mismatch()
    blocks = -(-len(key) // hashlib.new(config.algorithm).digest_size)
    if not 1 <= config.iteration_amount <= _DEAREST_PBKDF2 // blocks:
        raise errors.invalid_pbkdf_2_iteration_amount()
    return _json(algorithm="pbkdf2", digest=config.algorithm, n=config.iteration_amount, salt=salt.hex(), key=key.hex())


def _phpass(_type: str, hash: str, _configs: Configs) -> str:
    if not hash.startswith(("$P$", "$H$")):
        raise errors.invalid_phpass_hash_prefix()
    if not re.fullmatch(r"\$[PH]\$[./0-9A-Za-z]{31}", hash) or not 7 <= _itoa64(hash[3]) <= _DEAREST_PHPASS:
        raise errors.invalid_phpass_hash_format()
    return _json(algorithm="phpass", hash=hash)


def _itoa64(char: str) -> int:
    return "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".index(char)


def _bytes(text: str, error: Kind) -> bytes:
    """Hexadecimal, or base64."""
    if re.fullmatch(r"([0-9a-fA-F]{2})+", text):
        return bytes.fromhex(text)
    return _base64(text, error)


def _base64(text: str, error: Kind) -> bytes:
    try:
        padded = text.rstrip("=").replace("-", "+").replace("_", "/")
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise error() from None


def _check_bcrypt(made: dict[str, Any], password: bytes) -> bool:
    import bcrypt

    return bcrypt.checkpw(password[:72], made["hash"].encode())  # what is longer, bcrypt never looked at


def _check_argon2(made: dict[str, Any], password: bytes) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerificationError

    try:
        return PasswordHasher().verify(made["hash"], password)
    except VerificationError:
        return False


def _check_argon2_raw(made: dict[str, Any], password: bytes) -> bool:
    from argon2.low_level import Type, hash_secret_raw

    key = hash_secret_raw(
        password,
        made["salt"].encode(),
        made["iteration_amount"],
        made["memory"],
        made["threads"],
        made["key_length"],
        Type.I if made["type"] == "argon_2i" else Type.ID,
    )
    return hmac.compare_digest(key.hex(), made["key"])


def _check_own(made: dict[str, Any], password: bytes) -> bool:
    key = hashlib.scrypt(password, salt=made["salt"].encode(), dklen=32, **_OWN)
    return hmac.compare_digest(key.hex(), made["key"])


def _check_scrypt(made: dict[str, Any], password: bytes) -> bool:
    key = bytes.fromhex(made["key"])
    salt, memory = bytes.fromhex(made["salt"]), 256 * _DEAREST_SCRYPT
    found = hashlib.scrypt(password, salt=salt, n=made["n"], r=made["r"], p=made["p"], maxmem=memory, dklen=len(key))
    return hmac.compare_digest(found, key)


def _check_pbkdf2(made: dict[str, Any], password: bytes) -> bool:
    key = bytes.fromhex(made["key"])
    found = hashlib.pbkdf2_hmac(made["digest"], password, bytes.fromhex(made["salt"]), made["n"], len(key))
    return hmac.compare_digest(found, key)


def _check_plain(made: dict[str, Any], password: bytes) -> bool:
    salted = made["before"].encode() + password + made["after"].encode()
    return hmac.compare_digest(hashlib.new(made["digest"], salted).hexdigest(), made["key"])


def _check_phpass(made: dict[str, Any], password: bytes) -> bool:
    from passlib.hash import phpass

    return len(password) <= _LONGEST_PHPASS and bool(phpass.verify(password, made["hash"]))


_IMPORTS: dict[str, Callable[[str, str, Configs], str]] = {
    "bcrypt": _bcrypt,
    "md_5": _plain,
    "sha_1": _plain,
    "sha_512": _plain,
    "argon_2i": _argon2,
    "argon_2id": _argon2,
    "scrypt": _scrypt,
    "pbkdf_2": _pbkdf2,
    "phpass": _phpass,
}
_CHECKS: dict[str, Callable[[dict[str, Any], bytes], bool]] = {
    "own": _check_own,
    "bcrypt": _check_bcrypt,
    "plain": _check_plain,
    "argon2": _check_argon2,
    "argon2raw": _check_argon2_raw,
    "scrypt": _check_scrypt,
    "pbkdf2": _check_pbkdf2,
    "phpass": _check_phpass,
}
