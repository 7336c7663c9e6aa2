"""Proof Key for Code Exchange (RFC 7636) with the method S256."""

import base64
import hashlib


def matches_challenge(verifier: str, challenge: str) -> bool:
    """Return whether a code challenge was made from this code verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge
