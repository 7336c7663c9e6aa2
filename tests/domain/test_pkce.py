"""The PKCE code challenge, with the example of RFC 7636, appendix B."""

from mockstytch.protocols import pkce

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_verifier_matches_its_challenge():
    assert pkce.matches_challenge(VERIFIER, CHALLENGE)


def test_other_verifier_is_refused():
    assert not pkce.matches_challenge(VERIFIER[:-1], CHALLENGE)
    assert not pkce.matches_challenge(CHALLENGE, VERIFIER)
