"""The only source of randomness: ids, tokens and codes, reproducible from a seed."""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from io import BytesIO
from random import Random, SystemRandom
from uuid import UUID

# The prefix of each kind of id. Recorded from the real API, unless a comment says otherwise.
PREFIXES = {
    "organization": "organization",
    "member": "member",
    "session": "member-session",
    "email": "member-email",
    "phone": "member-phone-number",  # inferred: no recording of a B2B phone id is known
    "password": "member-password",
    "oauth_registration": "oauth-registration",
    "totp": "member-totp",  # inferred: the documentation also prints totp-registration
    "saml_connection": "saml-connection",
    "oidc_connection": "oidc-connection",
    "external_connection": "external-connection",
    "saml_registration": "saml-member-registration",  # inferred from OIDC
    "oidc_registration": "oidc-member-registration",
    "saml_verification_key": "saml-verification-key",
    "saml_signing_key": "saml-signing-key",
    "saml_encryption_key": "saml-encryption-key",
    "scim_connection": "scim-connection",
    "scim_group": "scim-group",  # inferred
    "scim_registration": "scim-registration",  # inferred
    "m2m_client": "m2m-client",
    "connected_app": "connected-app",  # inferred
    "trusted_token_profile": "trusted-auth-token-profile",  # guessed
    "pem_file": "pem-file",  # guessed
    "request": "request-id",
    "fraud_request": "request-id-fraud",  # what follows the prefix isn't known
    "event": "webhook-event",
    "jwk": "jwk",
    "message": "message",  # only of this server
    "fault": "fault",  # only of this server
}

# The digit of a UUID that begins with the bits of its variant, by a random digit (RFC 9562, 4.1).
_VARIANT = {f"{digit:x}": f"{8 | digit & 3:x}" for digit in range(16)}
_BLOCK = 4096  # bytes
_UUIDS = 64  # that are made at once: each takes three times as long alone, when the processor's caches are cold


class _SystemBlocks(SystemRandom):
    """The system's random numbers, fetched in blocks: each call of the system would take 1 µs.

    ``BytesIO.read`` is one step, so two threads never get the same bytes. A forked process needs a new block.
    """

    _block: BytesIO
    _uuids: list[str]

    def __init__(self) -> None:
        super().__init__()
        self.forget()

    def getrandbits(self, k: int) -> int:
        size = (k + 7) // 8
        taken = self._block.read(size)
        if len(taken) < size:
            self._block = BytesIO(os.urandom(_BLOCK))
            return self.getrandbits(k)
        return int.from_bytes(taken) >> (size * 8 - k)

    def uuid(self) -> str:
        """Return a random UUID (version 4) as text."""
        try:
            return self._uuids.pop()
        except IndexError:
            digits = os.urandom(16 * _UUIDS).hex()
            *self._uuids, last = [_uuid(digits[at : at + 32]) for at in range(0, len(digits), 32)]
            return last

    def forget(self) -> None:
        """Drop the rest of the block, and what was made from it."""
        self._block, self._uuids = BytesIO(), list[str]()


def _uuid(digits: str) -> str:
    """Return 32 random hexadecimal digits as the text of a UUID (version 4): much faster than ``str(UUID)``."""
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"


_SYSTEM = _SystemBlocks()
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_SYSTEM.forget)


class Chance(Random):
    """A separate sequence of random numbers: its use doesn't change the ids."""


class Ids:
    """A generator of ids, tokens and codes.

    Args:
        seed: the same seed gives the same sequence; None gives an unpredictable one.
        starts: how many servers used the database before. Each has its own sequence, so that ids don't repeat.
    """

    def __init__(self, seed: int | None = None, starts: int = 0) -> None:
        self._random: Random = _SYSTEM if seed is None else Random(f"{seed}/{starts}" if starts else seed)
        self._bits = self._random.getrandbits

    def new(self, kind: str) -> str:
        """Return a new id, ``<prefix>-test-<uuid4>``.

        Args:
            kind: a key of ``PREFIXES``.
        """
        uuid = _SYSTEM.uuid() if self._random is _SYSTEM else _uuid(f"{self._bits(128):032x}")
        return f"{PREFIXES[kind]}-test-{uuid}"

    def uuid(self) -> UUID:
        """Return a random UUID (version 4)."""
        return UUID(int=self._bits(128), version=4)

    def token(self) -> str:
        """Return 33 random bytes as 44 base64url characters: the format of session and link tokens."""
        return base64.urlsafe_b64encode(self._bits(264).to_bytes(33, "big")).decode()

    def code(self, digits: int = 6) -> str:
        """Return a one-time passcode."""
        return f"{self._random.randrange(10**digits):0{digits}}"

    def webhook_secret(self) -> str:
        """Return a webhook secret in Svix's format: ``whsec_`` and 24 random bytes as base64."""
        return "whsec_" + base64.b64encode(self._bits(192).to_bytes(24)).decode()

    def base32(self, length: int) -> str:
        """Return random base32 characters: the format of TOTP secrets."""
        return "".join(self._random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=length))

    def alphanumeric(self, length: int) -> str:
        """Return random letters and digits: the format of SCIM bearer tokens."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return "".join(self._random.choices(letters, k=length))

    def choice(self, values: Sequence[str]) -> str:
        """Return one of these values."""
        return self._random.choice(values)

    def recovery_code(self) -> str:
        """Return a recovery code, ``xxxx-xxxx-xxxx`` in lower-case letters and digits."""
        letters = "".join(self._random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=12))
        return "-".join((letters[:4], letters[4:8], letters[8:]))

    @staticmethod
    def derived_number(text: str) -> str:
        """Return 21 digits that depend only on the text: the format of a Google subject id."""
        return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big") + 10**38)[1:22]

    def chance(self) -> Chance:
        """Return a new sequence of random numbers. It is reproducible if the ids are."""
        return Chance(self._bits(64))

    @staticmethod
    def derived(id: str, project_id: str) -> str:
        """Return an id of the same kind, which depends only on the given one and the project."""
        kind = id.rpartition("-test-")[0] or "connection"
        digest = hashlib.sha256(f"{project_id}/{id}".encode()).digest()
        return f"{kind}-test-{UUID(bytes=digest[:16], version=4)}"

    def suffix(self) -> str:
        """Return four lower-case hexadecimal digits, to make a derived name unique."""
        return f"{self._bits(16):04x}"


class PinnedIds(Ids):
    """A generator that returns given values once, and then generates as another one does.

    Args:
        ids: the generator of everything else.
        pinned: values by the kind of id, or ``alphanumeric``, ``token``; "" is the same as no value.
    """

    def __init__(self, ids: Ids, pinned: Mapping[str, str]) -> None:
        self._random, self._bits = ids._random, ids._bits
        self._pinned = {kind: value for kind, value in pinned.items() if value}

    def new(self, kind: str) -> str:
        return self._pinned.pop(kind, "") or super().new(kind)

    def token(self) -> str:
        return self._pinned.pop("token", "") or super().token()

    def alphanumeric(self, length: int) -> str:
        return self._pinned.pop("alphanumeric", "") or super().alphanumeric(length)
