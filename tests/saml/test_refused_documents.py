"""Responses that are refused before their content is read: invalid XML, other documents, an error status."""

import base64
import zlib

import pytest

from mockstytch.protocols.saml import saml_response, xml
from tests.saml.helpers import (
    build_response,
    edited_response,
    encode,
    error_type_of,
    find,
    refusal,
    remove,
    set_attributes,
)


def test_empty_response_is_refused():
    assert refusal("") == "missing_saml_response"
    assert error_type_of(lambda: saml_response.parse_unverified("")) == "missing_saml_response"


ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCUMENTS = {
    "not base64": "%%%",
    "not ASCII": "ünïcode",
    "not XML": encode("hello"),
    "empty": encode("") or "====",
    "two roots": encode("<a/><b/>"),
    "truncated": encode(base64.b64decode(build_response())[:-20]),
    "an unknown entity": encode("<a>&lol;</a>"),
    "an unknown prefix": encode("<p:Response/>"),
    "a duplicate attribute": encode('<a b="1" b="2"/>'),
    "a NUL": encode(b"<a>\0</a>"),
    "not UTF-8": encode(b"<a>\xff</a>"),
    "UTF-16": encode("<a/>".encode("utf-16")),
    "deflated": encode(zlib.compress(b"<a/>")),
    "a document type": encode("<!DOCTYPE a><a/>"),
    "a document type in UTF-7": encode('<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>'),
    "a billion laughs": encode(f'<!DOCTYPE a [<!ENTITY l0 "lol">{ENTITIES}]><a>&l9;</a>'),
    "a billion laughs in an attribute": encode(f'<!DOCTYPE a [<!ENTITY l0 "lol">{ENTITIES}]><a b="&l9;"/>'),
    "an external file": encode('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    "an external DTD": encode('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>'),
    "a parameter entity": encode('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]><a/>'),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_invalid_document_is_refused(case):
    assert refusal(DOCUMENTS[case]) == "invalid_xml_saml_response"
    assert error_type_of(lambda: saml_response.parse_unverified(DOCUMENTS[case])) == "invalid_xml_saml_response"


def test_document_that_is_not_a_response_is_refused():
    assert refusal(encode("<a/>")) == "invalid_saml_response"
    assert refusal(encode(f'<Assertion xmlns="{xml.SAML}" Version="2.0" ID="a"/>')) == "invalid_saml_response"
    assert refusal(encode(f'<Response xmlns="{xml.SAMLP}" Version="1.1" ID="a"/>')) == "invalid_saml_response"
    assert refusal(encode(f'<Response xmlns="{xml.SAMLP}" Version="2.0"/>')) == "invalid_saml_response"


@pytest.mark.parametrize("status", ["Requester", "Responder", "VersionMismatch"])
def test_error_status_is_refused(status):
    """The response doesn't need a signature: an error logs no user in."""
    value = f"urn:oasis:names:tc:SAML:2.0:status:{status}"
    assert refusal(build_response(status=value, sign="none")) == "failed_saml_response"
    assert refusal(build_response(status=value, sign="response")) == "failed_saml_response"


def test_missing_duplicate_or_empty_status_is_refused():
    assert refusal(edited_response(remove("samlp:Status"))) == "invalid_saml_response"
    two_codes = edited_response(
        lambda root: xml.add_child(find(root, "samlp:Status"), "samlp:StatusCode", Value=saml_response.SUCCESS)
    )
    assert refusal(two_codes) == "invalid_saml_response"
    failed = edited_response(set_attributes("samlp:Status/samlp:StatusCode", Value=""))
    assert refusal(failed) == "failed_saml_response"
