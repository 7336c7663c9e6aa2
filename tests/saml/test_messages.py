"""Requests, redirects, responses and metadata that are built, and how they are parsed."""

import base64
import zlib
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from mockstytch.protocols.saml import certificates, identity_provider, saml_response, service_provider, xml
from tests.saml.helpers import (
    ACS,
    ADA,
    AUDIENCE,
    EMAIL_FORMAT,
    IDP,
    NOW,
    build_response,
    certificate,
    encode,
    error_type_of,
    expected,
    find,
    private_key,
)

SSO = "https://idp.test/sso"


def build_request(**changes):
    defaults = {
        "request_id": "_request",
        "issuer": AUDIENCE,
        "acs_url": ACS,
        "destination": SSO,
        "nameid_format": EMAIL_FORMAT,
        "now": NOW,
    }
    return service_provider.build_authn_request(**{**defaults, **changes})


# Requests


def test_request_has_all_fields():
    root = etree.fromstring(build_request())
    assert root.tag == "{urn:oasis:names:tc:SAML:2.0:protocol}AuthnRequest"
    assert dict(root.attrib) == {
        "ID": "_request",
        "Version": "2.0",
        "IssueInstant": "2026-03-01T12:00:00Z",
        "Destination": SSO,
        "ProtocolBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        "AssertionConsumerServiceURL": ACS,
    }
    assert find(root, "saml:Issuer").text == AUDIENCE
    assert find(root, "samlp:NameIDPolicy").get("Format") == EMAIL_FORMAT


def test_optional_fields_are_omitted():
    root = etree.fromstring(build_request(nameid_format="", force_authn=True))
    assert root.get("ForceAuthn") == "true"
    assert root.find("samlp:NameIDPolicy", xml.NAMESPACES) is None


def test_markup_in_values_is_escaped():
    root = etree.fromstring(build_request(issuer='"><x/>&', acs_url="https://sp.test/?a=1&b=<2>"))
    assert find(root, "saml:Issuer").text == '"><x/>&'
    assert root.get("AssertionConsumerServiceURL") == "https://sp.test/?a=1&b=<2>"


def test_redirect_is_parsed_as_built():
    url = service_provider.build_redirect_url(SSO, build_request(), "state & more")
    query = dict(parse_qsl(urlsplit(url).query))
    assert url.startswith(f"{SSO}?SAMLRequest=")
    assert set(query) == {"SAMLRequest", "RelayState"}
    assert query["RelayState"] == "state & more"
    assert identity_provider.parse_authn_request(query["SAMLRequest"], "redirect") == identity_provider.AuthnRequest(
        id="_request",
        issuer=AUDIENCE,
        acs_url=ACS,
        destination=SSO,
        nameid_format=EMAIL_FORMAT,
        force_authn=False,
    )
    assert identity_provider.parse_authn_request(encode(build_request(force_authn=True)), "post").force_authn


def test_query_of_the_destination_is_kept():
    url = service_provider.build_redirect_url(f"{SSO}?tenant=a", build_request(), "")
    assert set(parse_qs(urlsplit(url).query)) == {"tenant", "SAMLRequest"}


def test_signature_covers_the_query():
    """saml-bindings 3.4.4.1: the encoded query from SAMLRequest to SigAlg is signed."""
    url = service_provider.build_redirect_url(SSO, build_request(), "the state", private_key("sp"))
    signed, _, signature = urlsplit(url).query.partition("&Signature=")
    assert [name for name, _ in parse_qsl(signed)] == ["SAMLRequest", "RelayState", "SigAlg"]
    value = base64.b64decode(parse_qs(f"s={signature}")["s"][0])
    public_key = certificates.load_certificate(certificate("sp")).public_key()
    public_key.verify(value, signed.encode(), PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        public_key.verify(value, signed.replace("the", "a").encode(), PKCS1v15(), SHA256())
    assert urlencode(parse_qsl(signed), quote_via=quote) == signed  # some providers decode and encode it again
    without_state = service_provider.build_redirect_url(SSO, build_request(), "", private_key("sp"))
    assert [name for name, _ in parse_qsl(urlsplit(without_state).query)] == ["SAMLRequest", "SigAlg", "Signature"]


def deflate(document):
    compressor = zlib.compressobj(9, wbits=-15)
    return base64.b64encode(compressor.compress(document.encode()) + compressor.flush()).decode()


@pytest.mark.parametrize(
    "document",
    [
        "",
        "%",
        "é",
        encode("<a/>"),
        deflate("hello"),
        deflate("<a/>"),
        deflate("<!DOCTYPE a><a/>"),
        deflate(f'<AuthnRequest xmlns="{xml.SAMLP}" Version="2.0"/>'),
        deflate(f'<AuthnRequest xmlns="{xml.SAMLP}" ID="a"/>'),
        deflate(" " * 100_000_000),
        base64.b64encode(zlib.compress(build_request().encode())).decode(),
    ],
)
def test_invalid_request_is_refused(document):
    """One of the documents is small until it is decompressed."""
    assert error_type_of(lambda: identity_provider.parse_authn_request(document, "redirect")) == "bad_request"
    assert error_type_of(lambda: identity_provider.parse_authn_request(document, "post")) == "bad_request"


def test_minimal_request_is_parsed():
    minimal = f'<AuthnRequest xmlns="{xml.SAMLP}" ID="a" Version="2.0"/>'
    parsed = identity_provider.parse_authn_request(encode(minimal), "post")
    assert parsed == identity_provider.AuthnRequest(
        id="a", issuer="", acs_url="", destination="", nameid_format="", force_authn=False
    )


# Responses


def test_response_has_the_order_of_the_schema():
    root = etree.fromstring(base64.b64decode(build_response(sign="both")))
    assert [child.tag.rpartition("}")[2] for child in root] == ["Issuer", "Signature", "Status", "Assertion"]
    assertion = find(root, "saml:Assertion")
    assert [child.tag.rpartition("}")[2] for child in assertion] == [
        "Issuer",
        "Signature",
        "Subject",
        "Conditions",
        "AuthnStatement",
        "AttributeStatement",
    ]


def test_response_with_an_error_has_no_assertion():
    root = etree.fromstring(base64.b64decode(build_response(status="urn:oasis:names:tc:SAML:2.0:status:Responder")))
    assert [child.tag.rpartition("}")[2] for child in root] == ["Issuer", "Status"]


def test_response_without_attributes_or_request_omits_them():
    root = etree.fromstring(base64.b64decode(build_response(attributes={}, in_response_to="")))
    assert "InResponseTo" not in root.attrib
    assert root.find(".//saml:AttributeStatement", xml.NAMESPACES) is None


def test_characters_that_xml_cannot_contain_are_removed():
    """They can come from a form or from a caller of the API."""
    response = build_response(
        name_id="a\0da\x0b@acme.test",
        attributes={"na\x1fme": ["A\ud800d\uffffa \U0001f600\t"]},
        in_response_to="_request\0",
    )
    assertion = saml_response.verify(response, expected())
    assert (assertion.name_id, assertion.attributes) == (ADA, {"name": ["Ada \U0001f600"]})
    assert find(etree.fromstring(build_request(issuer="\0" + AUDIENCE)), "saml:Issuer").text == AUDIENCE
    assert (
        service_provider.parse_metadata(
            identity_provider.build_metadata(IDP + "\0", SSO + "\x08", certificate("idp"))
        ).sso_url
        == SSO
    )


# Metadata

METADATA = identity_provider.build_metadata(IDP, SSO, certificate("idp"))


def test_metadata_is_parsed_as_built():
    metadata = service_provider.IdentityProviderMetadata(entity_id=IDP, sso_url=SSO, certificates=(certificate("idp"),))
    assert service_provider.parse_metadata(METADATA) == metadata
    assert service_provider.parse_metadata(METADATA.encode()) == metadata
    assert service_provider.parse_metadata(f'<?xml version="1.0" encoding="UTF-8"?>\n{METADATA}') == metadata
    assert (
        service_provider.parse_metadata(f'<EntitiesDescriptor xmlns="{xml.MD}">{METADATA}</EntitiesDescriptor>')
        == metadata
    )


def test_redirect_binding_is_preferred():
    service = f'<SingleSignOnService xmlns="{xml.MD}" Binding="{{}}" Location="{{}}"/>'
    both_bindings = METADATA.replace(
        "<md:SingleSignOn", service.format(service_provider.POST, "https://idp.test/post") + "<md:SingleSignOn", 1
    )
    assert service_provider.parse_metadata(both_bindings).sso_url == SSO
    only_post = METADATA.replace(service_provider.REDIRECT, "urn:x")
    assert service_provider.parse_metadata(only_post).sso_url == SSO
    assert (
        error_type_of(lambda: service_provider.parse_metadata(only_post.replace(service_provider.POST, "urn:y")))
        == "saml_connection_metadata_invalid_format"
    )


def test_keys_for_other_uses_are_ignored():
    start, end = METADATA.index("<md:KeyDescriptor"), METADATA.index("</md:KeyDescriptor>") + len("</md:KeyDescriptor>")
    signing = METADATA[start:end]
    body = certificates.pem_body
    other = signing.replace(body(certificate("idp")), body(certificate("sp")))
    encryption = other.replace('use="signing"', 'use="encryption"')
    any_use = other.replace(' use="signing"', "")
    both = (certificate("idp"), certificate("sp"))
    assert service_provider.parse_metadata(METADATA.replace(signing, encryption + signing)).certificates == (
        certificate("idp"),
    )
    assert service_provider.parse_metadata(METADATA.replace(signing, signing + any_use)).certificates == both
    assert service_provider.parse_metadata(METADATA.replace(signing, signing + signing)).certificates == (
        certificate("idp"),
    )


@pytest.mark.parametrize(
    "document", ["", "hello", "<html>", f"<!DOCTYPE html>{METADATA}", '{"issuer": "x"}', " " * 600_000, "\0"]
)
def test_document_that_is_not_xml_is_refused(document):
    assert error_type_of(lambda: service_provider.parse_metadata(document)) == "invalid_xml_from_saml_metadata_url"


@pytest.mark.parametrize(
    "document",
    [
        "<html/>",
        METADATA.replace("IDPSSODescriptor", "SPSSODescriptor"),
        METADATA.replace(f'entityID="{IDP}"', ""),
        METADATA.replace(f'Location="{SSO}"', ""),
        METADATA.replace('use="signing"', 'use="encryption"'),
        METADATA.replace(certificates.pem_body(certificate("idp")), "AAAA"),
        METADATA.replace(certificates.pem_body(certificate("idp")), ""),
        f'<IDPSSODescriptor xmlns="{xml.MD}"/>',
        f'<EntitiesDescriptor xmlns="{xml.MD}">{METADATA}{METADATA}</EntitiesDescriptor>',
    ],
)
def test_incomplete_metadata_is_refused(document):
    assert error_type_of(lambda: service_provider.parse_metadata(document)) == "saml_connection_metadata_invalid_format"
