"""Damaged responses, and documents that are built to keep a server busy."""

import base64
import random
import time

import msgspec
import pytest

from mockstytch.protocols.saml import saml_response, xml
from tests.saml.helpers import build_response, certificate, encode, expected, refusal, verify_or_refusal

RESPONSES = {
    "assertion": build_response(sign="assertion"),
    "response": build_response(sign="response"),
    "both": build_response(sign="both"),
    "encrypted": build_response(sign="assertion", encrypt_for=certificate("sp")),
    "encrypted with CBC": build_response(sign="both", encrypt_for=certificate("sp"), cipher="aes256-cbc"),
}
ASSERTION = saml_response.verify(RESPONSES["both"], expected())


def outcome(document: bytes) -> saml_response.Assertion | str:
    """Return the assertion of a document, or the error type of its refusal."""
    result = verify_or_refusal(encode(document))
    # the id of the response isn't signed if only the assertion is
    return result if isinstance(result, str) else msgspec.structs.replace(result, response_id="_response")


def is_refused(document: bytes) -> bool:
    """Return whether a document is refused. If it isn't, its assertion must be unchanged."""
    result = outcome(document)
    assert result == ASSERTION or (isinstance(result, str) and result.endswith("_saml_response")), result
    return isinstance(result, str)


@pytest.mark.parametrize("case", RESPONSES)
def test_changed_byte_is_refused_or_harmless(case):
    """Changes every third byte. Some bytes aren't signed; changing them must not change the assertion."""
    document, rng = base64.b64decode(RESPONSES[case]), random.Random(case)
    refused, positions = 0, range(0, len(document), 3)
    for at in positions:
        damaged = bytearray(document)
        damaged[at] ^= rng.choice([0x01, 0x20, 0x80, 0x0F])
        refused += is_refused(bytes(damaged))
    assert refused > len(positions) / 2


@pytest.mark.parametrize("case", RESPONSES)
def test_lost_repeated_or_swapped_part_is_refused_or_harmless(case):
    document, rng = base64.b64decode(RESPONSES[case]), random.Random(case)
    for _ in range(150):
        a, b = sorted(rng.sample(range(len(document)), 2))
        c = min(len(document), b + rng.randrange(200))
        for damaged in (
            document[:a] + document[b:],
            document[:b] + document[a:],
            document[:a] + document[b:c] + document[a:b] + document[c:],
        ):
            is_refused(damaged)


def test_changed_base64_is_refused_or_harmless():
    response, rng = RESPONSES["both"], random.Random(1)
    for at in range(0, len(response), 7):
        damaged = response[:at] + rng.choice("AZaz09+/=%\n \0é") + response[at + 1 :]
        result = verify_or_refusal(damaged)
        assert result == ASSERTION or (isinstance(result, str) and result.endswith("_saml_response"))


def test_random_bytes_are_refused():
    rng = random.Random(1)
    for size in (0, 1, 10, 1000, 100_000):
        assert refusal(encode(rng.randbytes(size)) or "=") == "invalid_xml_saml_response"
        assert refusal(rng.randbytes(size).decode("latin-1") or "=") == "invalid_xml_saml_response"


# Limits: one request must not keep the server busy.

BUDGET = 5  # seconds of CPU time; quadratic time would be minutes


def refusal_in_time(document):
    """Return the error type of a document's refusal, which must be within the budget."""
    started = time.process_time()
    result = outcome(document)
    spent = time.process_time() - started
    assert spent < BUDGET, f"{spent:.2f} s"
    return result


def in_response(content):
    return f'<r:Response xmlns:r="{xml.SAMLP}" Version="2.0" ID="_response">{content}</r:Response>'


def prefixes(count):
    return " ".join(f'xmlns:p{n}="urn:{n}"' for n in range(count))


ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
OVER_LIMITS = {
    "over the size limit": in_response("x" * 500_001),
    "huge": in_response("x" * 5_000_000),
    "deep": in_response("<a>" * 60 + "</a>" * 60),
    "deeper": in_response("<a>" * 60_000 + "</a>" * 60_000),
    "unclosed elements": in_response("<a>" * 100_000),
    "many elements": in_response("<a/>" * 100_000),
    "many attributes": in_response("<a " + " ".join(f'a{n}=""' for n in range(40_000)) + "/>"),
    "many prefixes on one element": in_response(f"<a {prefixes(15_000)}/>"),
    "many prefixes on nested elements": in_response(f"<a {prefixes(40)}><b {prefixes(40)}/></a>" * 3),
    "many unused prefixes": in_response(f"<a {prefixes(60)}/>"),
    "a billion laughs": f'<!DOCTYPE r [<!ENTITY l0 "lol">{ENTITIES}]>' + in_response("&l9;"),
    "a billion laughs after a long comment": f'<!--{"-x" * 1000}--><!DOCTYPE r [<!ENTITY l0 "lol">{ENTITIES}]>'
    + in_response("&l9;"),
    "quadratic entity expansion": f'<!DOCTYPE r [<!ENTITY a "{"a" * 50_000}">]>' + in_response("&a;" * 50_000),
}


@pytest.mark.parametrize("case", OVER_LIMITS)
def test_document_over_a_limit_is_refused_in_time(case):
    assert refusal_in_time(OVER_LIMITS[case].encode()) == "invalid_xml_saml_response"


def signature(info="", key_info="", canonical=""):
    """Return the start of an assertion with a well-formed signature that isn't valid."""
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
WITHIN_LIMITS = {
    "the maximum of elements": signature() + "<x/>" * 9_900 + "</Assertion>",
    "a long text": signature() + f"<x>{'x' * 490_000}</x></Assertion>",
    "the maximum of prefixes": signature() + f"<x {prefixes(45)}>" + "<p1:y/>" * 9_900 + "</x></Assertion>",
    "many attributes": signature() + ("<x " + " ".join(f'a{n}=""' for n in range(50)) + "/>") * 1_200 + "</Assertion>",
    "a long list of prefixes": signature(canonical=PREFIX_LIST.format(" ".join(f"p{n}" for n in range(60_000)))),
    "many references": signature(info='<s:Reference URI="#_a"/>' * 9_000),
    "a large key": signature(key_info=f"<s:KeyInfo><s:X509Data><s:X509Certificate>{'A' * 480_000}"),
}
CLOSING_TAGS = {
    "a long list of prefixes": "</Assertion>",
    "many references": "</Assertion>",
    "a large key": "</s:X509Certificate></s:X509Data></s:KeyInfo></s:Signature></Assertion>",
}


@pytest.mark.parametrize("case", WITHIN_LIMITS)
def test_document_within_the_limits_is_refused_in_time(case):
    """The connection has the maximum of certificates, and the server tries each."""
    content = WITHIN_LIMITS[case]
    if case == "a large key":
        content = content.removesuffix("</s:Signature>")
    document = in_response(STATUS + content + CLOSING_TAGS.get(case, "")).encode()
    pems = tuple(certificate(owner) for owner in ("idp", "old", "sp", "attacker", "fifth"))
    started = time.process_time()
    assert refusal(encode(document), certificates=pems) == "invalid_signature_saml_response"
    spent = time.process_time() - started
    assert spent < BUDGET, f"{spent:.2f} s"


def test_many_wrapped_keys_are_refused_in_time():
    document = base64.b64decode(RESPONSES["encrypted"]).decode()
    start, end = (
        document.index("<xenc:EncryptedKey"),
        document.index("</xenc:EncryptedKey>") + len("</xenc:EncryptedKey>"),
    )
    key = document[start:end].replace("<xenc:CipherValue>", "<xenc:CipherValue>AAAA")
    assert refusal_in_time((document[:start] + key * 500 + document[end:]).encode()) == "invalid_saml_response"
