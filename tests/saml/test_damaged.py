"""Responses that were damaged on their way, and such as are made to keep a server busy."""

import base64
import random
import time

import msgspec
import pytest

from mockstytch.protocols.saml import saml_response, xml
from tests.saml.world import certificate, encoded, expected, response, tried, why

GENUINE = {
    "assertion": response(sign="assertion"),
    "response": response(sign="response"),
    "both": response(sign="both"),
    "encrypted": response(sign="assertion", encrypt_for=certificate("sp")),
    "encrypted with CBC": response(sign="both", encrypt_for=certificate("sp"), cipher="aes256-cbc"),
}
MEANT = saml_response.verify(GENUINE["both"], expected())


def outcome(document: bytes) -> saml_response.Assertion | str:
    found = tried(encoded(document))
    # the response's own id is covered only where the response is signed
    return found if isinstance(found, str) else msgspec.structs.replace(found, response_id="_response")


def check(document: bytes) -> bool:
    """Whether it was refused; where it wasn't, it said what was meant."""
    found = outcome(document)
    assert found == MEANT or (isinstance(found, str) and found.endswith("_saml_response")), found
    return isinstance(found, str)


@pytest.mark.parametrize("which", GENUINE)
def test_each_byte_changed(which):
    """Every third byte. What still gets in, because nobody signs it, says the same as before."""
    document, chance = base64.b64decode(GENUINE[which]), random.Random(which)
    refused, positions = 0, range(0, len(document), 3)
    for at in positions:
        damaged = bytearray(document)
        damaged[at] ^= chance.choice([0x01, 0x20, 0x80, 0x0F])
        refused += check(bytes(damaged))
    assert refused > len(positions) / 2


@pytest.mark.parametrize("which", GENUINE)
def test_pieces_lost_repeated_and_swapped(which):
    document, chance = base64.b64decode(GENUINE[which]), random.Random(which)
    for _ in range(150):
        a, b = sorted(chance.sample(range(len(document)), 2))
        c = min(len(document), b + chance.randrange(200))
        for damaged in (
            document[:a] + document[b:],
            document[:b] + document[a:],
            document[:a] + document[b:c] + document[a:b] + document[c:],
        ):
            check(damaged)


def test_the_base64_changed():
    said, chance = GENUINE["both"], random.Random(1)
    for at in range(0, len(said), 7):
        damaged = said[:at] + chance.choice("AZaz09+/=%\n \0é") + said[at + 1 :]
        found = tried(damaged)
        assert found == MEANT or (isinstance(found, str) and found.endswith("_saml_response"))


def test_noise():
    chance = random.Random(1)
    for size in (0, 1, 10, 1000, 100_000):
        assert why(encoded(chance.randbytes(size)) or "=") == "invalid_xml_saml_response"
        assert why(chance.randbytes(size).decode("latin-1") or "=") == "invalid_xml_saml_response"


# Bounds: a server that does one thing at a time must not be held up. The figures are far above what is seen.

BUDGET = 1.0  # seconds of computing, however busy the machine is


def took(document):
    """The refusal of a document, within the budget."""
    started = time.process_time()
    found = outcome(document)
    spent = time.process_time() - started
    assert spent < BUDGET, f"{spent:.2f} s"
    return found


def in_response(content):
    return f'<r:Response xmlns:r="{xml.SAMLP}" Version="2.0" ID="_response">{content}</r:Response>'


def prefixes(count):
    return " ".join(f'xmlns:p{n}="urn:{n}"' for n in range(count))


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HEAVY = {
    "more than any real one": in_response("x" * 500_001),
    "huge": in_response("x" * 5_000_000),
    "deep": in_response("<a>" * 60 + "</a>" * 60),
    "deeper": in_response("<a>" * 60_000 + "</a>" * 60_000),
    "never closed": in_response("<a>" * 100_000),
    "many elements": in_response("<a/>" * 100_000),
    "many attributes": in_response("<a " + " ".join(f'a{n}=""' for n in range(40_000)) + "/>"),
    "many prefixes on one": in_response(f"<a {prefixes(15_000)}/>"),
    "many prefixes on many": in_response(f"<a {prefixes(40)}><b {prefixes(40)}/></a>" * 3),
    "many prefixes side by side": in_response(f"<a {prefixes(60)}/>"),
    "laughs": f'<!DOCTYPE r [<!ENTITY l0 "lol">{LAUGHS}]>' + in_response("&l9;"),
    "laughs behind a long comment": f'<!--{"-x" * 1000}--><!DOCTYPE r [<!ENTITY l0 "lol">{LAUGHS}]>'
    + in_response("&l9;"),
    "a quadratic one": f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]>' + in_response("&a;" * 50_000),
}


@pytest.mark.parametrize("which", HEAVY)
def test_heavy_documents(which):
    assert took(HEAVY[which].encode()) == "invalid_xml_saml_response"


def signature(info="", key_info="", canonical=""):
    """The head of an assertion with a signature that has the right form and proves nothing."""
    return (
        f'<Assertion xmlns="{xml.SAML}" ID="_a" Version="2.0"><s:Signature xmlns:s="{xml.DS}"><s:SignedInfo>'
        f'<s:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">{canonical}</s:CanonicalizationMethod>'
        '<s:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        '<s:Reference URI="#_a"><s:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<s:DigestValue>AAAA</s:DigestValue></s:Reference>{info}</s:SignedInfo><s:SignatureValue>AAAA</s:SignatureValue>"
        f"{key_info}</s:Signature>"
    )


STATUS = f'<r:Status><r:StatusCode Value="{saml_response.SUCCESS}"/></r:Status>'
PREFIX_LIST = '<e:InclusiveNamespaces xmlns:e="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="{}"/>'
WITHIN = {
    "the largest that is looked at": signature() + "<x/>" * 9_900 + "</Assertion>",
    "a long text": signature() + f"<x>{'x' * 490_000}</x></Assertion>",
    "all prefixes that are allowed": signature() + f"<x {prefixes(45)}>" + "<p1:y/>" * 9_900 + "</x></Assertion>",
    "many attributes": signature() + ("<x " + " ".join(f'a{n}=""' for n in range(50)) + "/>") * 1_200 + "</Assertion>",
    "a long list of prefixes": signature(canonical=PREFIX_LIST.format(" ".join(f"p{n}" for n in range(60_000)))),
    "many references": signature(info='<s:Reference URI="#_a"/>' * 9_000),
    "a large key": signature(key_info=f"<s:KeyInfo><s:X509Data><s:X509Certificate>{'A' * 480_000}"),
}
CLOSED = {
    "a long list of prefixes": "</Assertion>",
    "many references": "</Assertion>",
    "a large key": "</s:X509Certificate></s:X509Data></s:KeyInfo></s:Signature></Assertion>",
}


@pytest.mark.parametrize("which", WITHIN)
def test_heavy_documents_within_the_limits(which):
    """… with as many certificates as a connection can have, each of which is tried."""
    content = WITHIN[which]
    if which == "a large key":
        content = content.removesuffix("</s:Signature>")
    document = in_response(STATUS + content + CLOSED.get(which, "")).encode()
    pems = tuple(certificate(whose) for whose in ("idp", "old", "sp", "attacker", "fifth"))
    started = time.process_time()
    assert why(encoded(document), certificates=pems) == "invalid_signature_saml_response"
    spent = time.process_time() - started
    assert spent < BUDGET, f"{spent:.2f} s"


def test_many_wrapped_keys():
    document = base64.b64decode(GENUINE["encrypted"]).decode()
    start, end = (
        document.index("<xenc:EncryptedKey"),
        document.index("</xenc:EncryptedKey>") + len("</xenc:EncryptedKey>"),
    )
    key = document[start:end].replace("<xenc:CipherValue>", "<xenc:CipherValue>AAAA")
    assert took((document[:start] + key * 500 + document[end:]).encode()) == "invalid_saml_response"
