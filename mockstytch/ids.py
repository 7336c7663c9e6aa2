"""The only source of chance: ids, tokens and codes, reproducible from a seed."""

import base64
import hashlib
from random import Random, SystemRandom
from uuid import UUID

# What the ids of each kind begin with. Recorded from the real API unless marked "inferred".
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
    "saml_registration": "saml-member-registration",  # inferred from that of OIDC
    "oidc_registration": "oidc-member-registration",
    "saml_verification_key": "saml-verification-key",
    "saml_signing_key": "saml-signing-key",
    "saml_encryption_key": "saml-encryption-key",
    "scim_connection": "scim-connection",
    "scim_group": "scim-group",  # inferred
    "scim_registration": "scim-registration",  # inferred
    "m2m_client": "m2m-client",
    "connected_app": "connected-app",  # inferred
    "trusted_token_profile": "trusted-auth-token-profile",  # a guess
    "pem_file": "pem-file",  # a guess
    "request": "request-id",
    "event": "webhook-event",
    "jwk": "jwk",
    "message": "message",  # this server's own
}


class Ids:
    """Makes ids, tokens and codes.

    Args:
        seed: the same seed gives the same sequence; None gives unpredictable ones.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._random: Random = SystemRandom() if seed is None else Random(seed)
        self._bits = self._random.getrandbits

    def new(self, kind: str) -> str:
        """An id of a kind of ``PREFIXES``: ``<prefix>-test-<uuid4>``."""
        return f"{PREFIXES[kind]}-test-{self.uuid()}"

    def uuid(self) -> UUID:
        return UUID(int=self._bits(128), version=4)

    def token(self) -> str:
        """33 random bytes as 44 base64url characters, as session and link tokens are."""
        return base64.urlsafe_b64encode(self._bits(264).to_bytes(33, "big")).decode()

    def code(self, digits: int = 6) -> str:
        return f"{self._random.randrange(10**digits):0{digits}}"

    def webhook_secret(self) -> str:
        """``whsec_`` and 24 random bytes as base64, as Svix makes them."""
        return "whsec_" + base64.b64encode(self._bits(192).to_bytes(24)).decode()

    def base32(self, length: int) -> str:
        return "".join(self._random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=length))

    def alphanumeric(self, length: int) -> str:
        """Letters and digits, as the bearer tokens of SCIM connections are."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        return "".join(self._random.choices(letters, k=length))

    def recovery_code(self) -> str:
        """``xxxx-xxxx-xxxx`` in lower-case letters and digits."""
        letters = "".join(self._random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=12))
        return "-".join((letters[:4], letters[4:8], letters[8:]))

    @staticmethod
    def derived_number(text: str) -> str:
        """21 digits, always the same for one text: what a provider calls somebody."""
        return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big") + 10**38)[1:22]

    def suffix(self) -> str:
        """Four lower-case hexadecimal digits: what tells a derived name from one that is taken."""
        return f"{self._bits(16):04x}"
