"""Proof Key for Code Exchange (RFC 7636) with the method S256."""

import base64
import hashlib
import re

CHALLENGE = "[A-Za-z0-9_-]{43}"  # a SHA-256 hash in base64url, without padding


def is_challenge(text: str) -> bool:
    """Return whether a text has the form of a code challenge."""
    return re.fullmatch(CHALLENGE, text) is not None


def matches_challenge(verifier: str, challenge: str) -> bool:
    """Return whether a code challenge was made from this code verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
