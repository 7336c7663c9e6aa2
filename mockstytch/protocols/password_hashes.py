"""Password hashes: create one, import one from another system, and verify a password against one.

A stored hash is JSON: the algorithm, and everything that is needed to verify a password. The cost of an imported hash
is limited, because the server handles one request at a time and a slow hash would block all others.
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

_OWN_COST = {"n": 1024, "r": 8, "p": 1}  # cheap on purpose, because this server stores test data only
# At its limit, each algorithm takes about a second on one slow core.
_MAX_BCRYPT_COST = 14
_MAX_ARGON2_COST = 1 << 19  # memory in KiB * iterations
_MAX_SCRYPT_COST = 1 << 21  # n * r * p
_MAX_PBKDF2_COST = 2_000_000  # iterations * blocks
_MAX_PHPASS_COST = 16
_MAX_PHPASS_LENGTH = 4096  # bytes of a password, because phpass digests all of them in each iteration


class Salts(Frozen):
    """Texts added to the password before it was digested: ``md_5_config``, ``sha_1_config``, ``sha_512_config``."""

    prepend_salt: str = ""
    append_salt: str = ""


class Argon2(Frozen):
    """Parameters of an Argon2 hash: ``argon_2_config``."""

    salt: str
    iteration_amount: int
    memory: int
    threads: int
    key_length: int


class Scrypt(Frozen):
    """Parameters of a scrypt hash: ``scrypt_config``."""

    salt: str
    n_parameter: int
    r_parameter: int
    p_parameter: int
    key_length: int


class Pbkdf2(Frozen):
    """Parameters of a PBKDF2 hash: ``pbkdf_2_config``."""

    salt: str
    iteration_amount: int
    key_length: int
    algorithm: str = "sha256"


class Configs(Frozen):
    """Parameters of an imported hash that aren't encoded in the hash itself."""

    md_5: Salts = Salts()
    sha_1: Salts = Salts()
    sha_512: Salts = Salts()
    argon_2: Argon2 | None = None
    scrypt: Scrypt | None = None
    pbkdf_2: Pbkdf2 | None = None


def make(password: str, salt: str) -> str:
    """Return the stored form of a password that is set on this server.

    Args:
        salt: a random text, as returned by ``ctx.ids.token()``.
    """
    key = hashlib.scrypt(password.encode(), salt=salt.encode(), dklen=32, **_OWN_COST)
    return _json(algorithm="own", salt=salt, key=key.hex())


def verify(stored: str, password: str) -> bool:
    """Return whether a password matches a stored hash."""
    parts: dict[str, Any] = msgspec.json.decode(stored)
    return _VERIFIERS[parts["algorithm"]](parts, password.encode())


def is_hash(stored: str) -> bool:
    """Return whether a text is a stored hash that ``verify`` can compare with a password."""
    try:
        verify(stored, "")
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError, AttributeError):
        return False
    return True


def import_hash(hash_type: str, hash: str, configs: Configs) -> str:
    """Return the stored form of a hash from another system.

    Raises:
        invalid_hash_type: if the algorithm isn't supported.
    """
    if hash_type not in _IMPORTS:
        raise errors.invalid_hash_type(because=hash_type)
    return _IMPORTS[hash_type](hash_type, hash, configs)


def _json(**parts: Any) -> str:
    return msgspec.json.encode(parts).decode()


def _import_bcrypt(_type: str, hash: str, _configs: Configs) -> str:
    import bcrypt

    match = re.fullmatch(r"\$2[aby]\$([0-9][0-9])\$([./A-Za-z0-9]{22})[./A-Za-z0-9]{31}", hash)
    if not match:
        raise errors.invalid_bcrypt_hash()
    if not 4 <= int(match[1]) <= _MAX_BCRYPT_COST:
        raise errors.invalid_bcrypt_cost(because=f"the cost is {match[1]}, and must be from 4 to {_MAX_BCRYPT_COST}")
    try:
        bcrypt.hashpw(b"", f"$2b$04${match[2]}".encode())
    except ValueError:
        raise errors.invalid_bcrypt_hash(because="the salt isn't 16 bytes long") from None
    return _json(algorithm="bcrypt", hash=hash)


def _import_plain(hash_type: str, hash: str, configs: Configs) -> str:
    digest = {"md_5": "md5", "sha_1": "sha1", "sha_512": "sha512"}[hash_type]
    config: Salts = getattr(configs, hash_type)
    try:
        key = bytes.fromhex(hash)
    except ValueError:
        key = b""
    if len(key) != hashlib.new(digest).digest_size:
        raise errors.invalid_plain_hash[hash_type]()
    return _json(algorithm="plain", digest=digest, key=key.hex(), before=config.prepend_salt, after=config.append_salt)


def _import_argon2(hash_type: str, hash: str, configs: Configs) -> str:
    if hash.startswith("$"):
        return _import_encoded_argon2(hash_type, hash)
    config = configs.argon_2
    if config is None:
        raise errors.invalid_hash(because="argon_2_config is missing, and the hash has no parameters")
    key = _decode_bytes(hash, errors.invalid_hash)
    _require_argon2_limits(config)
    if len(key) != config.key_length:
        raise errors.argon_2_key_length_mismatch()
    return _json(algorithm="argon2raw", type=hash_type, key=key.hex(), **msgspec.to_builtins(config))


def _import_encoded_argon2(hash_type: str, hash: str) -> str:
    from argon2 import extract_parameters
    from argon2.exceptions import InvalidHashError

    try:
        parameters = extract_parameters(hash)
    except InvalidHashError:
        raise errors.invalid_hash(because="not a valid Argon2 hash") from None
    if f"argon_2{parameters.type.name.lower()}" != hash_type:
        raise errors.invalid_hash(because=f"the hash wasn't made with {hash_type}")
    _require_argon2_limits(
        Argon2(
            salt="x" * parameters.salt_len,
            iteration_amount=parameters.time_cost,
            memory=parameters.memory_cost,
            threads=parameters.parallelism,
            key_length=parameters.hash_len,
        )
    )
    return _json(algorithm="argon2", hash=hash)


def _require_argon2_limits(config: Argon2) -> None:
    passes = max(config.iteration_amount, 1)
    for is_valid, error in (
        (8 <= len(config.salt) <= 1024, errors.invalid_argon_2_salt),
        (1 <= config.iteration_amount <= 64, errors.invalid_argon_2_iteration_amount),
        (8 * max(config.threads, 1) <= config.memory <= _MAX_ARGON2_COST // passes, errors.invalid_argon_2_memory),
        (1 <= config.threads <= 64, errors.invalid_argon_2_threads),
        (4 <= config.key_length <= 1024, errors.invalid_argon_2_key_length),
    ):
        if not is_valid:
            raise error()


def _import_scrypt(_type: str, hash: str, configs: Configs) -> str:
    encoded = re.fullmatch(
        r"\$s(?:crypt)?\$ln=([0-9]{1,2}),r=([0-9]{1,3}),p=([0-9]{1,3})\$([A-Za-z0-9+/.=]+)\$([A-Za-z0-9+/.=]+)", hash
    )
    if encoded:
        n, r, p = 1 << int(encoded[1]), int(encoded[2]), int(encoded[3])
        salt, key = (
            _decode_base64(part.replace(".", "+"), errors.invalid_base64_scrypt_hash) for part in encoded.group(4, 5)
        )
    else:
        config = configs.scrypt
        if config is None:
            raise errors.invalid_hash(because="scrypt_config is missing, and the hash has no parameters")
        n, r, p = config.n_parameter, config.r_parameter, config.p_parameter
        salt = _decode_base64(config.salt, errors.invalid_base64_scrypt_salt)
        key = _decode_bytes(hash, errors.invalid_base64_scrypt_hash)
        if len(key) != config.key_length:
            raise errors.scrypt_key_length_mismatch()
    if not 2 <= n <= 262_144 or n & (n - 1):
        raise errors.invalid_scrypt_n_parameter()
    if r < 1 or p < 1 or n * r * p > _MAX_SCRYPT_COST or n.bit_length() > 16 * r:  # the last condition is from RFC 7914
        raise errors.invalid_scrypt_parameters()
    if not key:
        raise errors.invalid_base64_scrypt_hash(because="the hash is empty")
    if not salt:
        raise errors.invalid_scrypt_salt_length()
    return _json(algorithm="scrypt", n=n, r=r, p=p, salt=salt.hex(), key=key.hex())


def _import_pbkdf2(_type: str, hash: str, configs: Configs) -> str:
    config = configs.pbkdf_2
    if config is None:
        raise errors.invalid_pbkdf_2_hash(because="pbkdf_2_config is missing")
    if config.algorithm not in ("sha256", "sha512"):
        raise errors.invalid_pbkdf_2_algorithm()
    salt, key = (
        _decode_base64(config.salt, errors.invalid_pbkdf_2_salt),
        _decode_bytes(hash, errors.invalid_pbkdf_2_hash),
    )
    if not key:
        raise errors.invalid_pbkdf_2_hash(because="the hash is empty")
    if len(key) != config.key_length:
        raise errors.pbkdf_2_key_length_mismatch()
    blocks = -(-len(key) // hashlib.new(config.algorithm).digest_size)
    if not 1 <= config.iteration_amount <= _MAX_PBKDF2_COST // blocks:
        raise errors.invalid_pbkdf_2_iteration_amount()
    return _json(algorithm="pbkdf2", digest=config.algorithm, n=config.iteration_amount, salt=salt.hex(), key=key.hex())


def _import_phpass(_type: str, hash: str, _configs: Configs) -> str:
    if not hash.startswith(("$P$", "$H$")):
        raise errors.invalid_phpass_hash_prefix()
    if not re.fullmatch(r"\$[PH]\$[./0-9A-Za-z]{31}", hash) or not 7 <= _itoa64(hash[3]) <= _MAX_PHPASS_COST:
        raise errors.invalid_phpass_hash_format()
    return _json(algorithm="phpass", hash=hash)


def _itoa64(char: str) -> int:
    return "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".index(char)


def _decode_bytes(text: str, error: Kind) -> bytes:
    """Decode hexadecimal or base64 text."""
    if re.fullmatch(r"([0-9a-fA-F]{2})+", text):
        return bytes.fromhex(text)
    return _decode_base64(text, error)


def _decode_base64(text: str, error: Kind) -> bytes:
    try:
        padded = text.rstrip("=").replace("-", "+").replace("_", "/")
        return base64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise error() from None


def _verify_bcrypt(parts: dict[str, Any], password: bytes) -> bool:
    import bcrypt

    return bcrypt.checkpw(password[:72], parts["hash"].encode())  # bcrypt ignores the bytes after the 72nd


def _verify_argon2(parts: dict[str, Any], password: bytes) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import VerificationError

    try:
        return PasswordHasher().verify(parts["hash"], password)
    except VerificationError:
        return False


def _verify_argon2_raw(parts: dict[str, Any], password: bytes) -> bool:
    from argon2.low_level import Type, hash_secret_raw

    key = hash_secret_raw(
        password,
        parts["salt"].encode(),
        parts["iteration_amount"],
        parts["memory"],
        parts["threads"],
        parts["key_length"],
        Type.I if parts["type"] == "argon_2i" else Type.ID,
    )
    return hmac.compare_digest(key.hex(), parts["key"])


def _verify_own(parts: dict[str, Any], password: bytes) -> bool:
    key = hashlib.scrypt(password, salt=parts["salt"].encode(), dklen=32, **_OWN_COST)
    return hmac.compare_digest(key.hex(), parts["key"])


def _verify_scrypt(parts: dict[str, Any], password: bytes) -> bool:
    key = bytes.fromhex(parts["key"])
    salt, memory = bytes.fromhex(parts["salt"]), 256 * _MAX_SCRYPT_COST
    computed = hashlib.scrypt(
        password, salt=salt, n=parts["n"], r=parts["r"], p=parts["p"], maxmem=memory, dklen=len(key)
    )
    return hmac.compare_digest(computed, key)


def _verify_pbkdf2(parts: dict[str, Any], password: bytes) -> bool:
    key = bytes.fromhex(parts["key"])
    computed = hashlib.pbkdf2_hmac(parts["digest"], password, bytes.fromhex(parts["salt"]), parts["n"], len(key))
    return hmac.compare_digest(computed, key)


def _verify_plain(parts: dict[str, Any], password: bytes) -> bool:
    salted = parts["before"].encode() + password + parts["after"].encode()
    return hmac.compare_digest(hashlib.new(parts["digest"], salted).hexdigest(), parts["key"])


def _verify_phpass(parts: dict[str, Any], password: bytes) -> bool:
    from passlib.hash import phpass

    return len(password) <= _MAX_PHPASS_LENGTH and bool(phpass.verify(password, parts["hash"]))


_IMPORTS: dict[str, Callable[[str, str, Configs], str]] = {
    "bcrypt": _import_bcrypt,
    "md_5": _import_plain,
    "sha_1": _import_plain,
    "sha_512": _import_plain,
    "argon_2i": _import_argon2,
    "argon_2id": _import_argon2,
    "scrypt": _import_scrypt,
    "pbkdf_2": _import_pbkdf2,
    "phpass": _import_phpass,
}
_VERIFIERS: dict[str, Callable[[dict[str, Any], bytes], bool]] = {
    "own": _verify_own,
    "bcrypt": _verify_bcrypt,
    "plain": _verify_plain,
    "argon2": _verify_argon2,
    "argon2raw": _verify_argon2_raw,
    "scrypt": _verify_scrypt,
    "pbkdf2": _verify_pbkdf2,
    "phpass": _verify_phpass,
}
