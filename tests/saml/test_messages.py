"""What goes out and what it is read as: requests, redirects, metadata."""

import base64
import zlib
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from mockstytch.domain import certificates, saml, saml_idp, xml
from tests.saml.world import (
    ACS,
    ADA,
    AUDIENCE,
    EMAIL_FORMAT,
    IDP,
    NOW,
    certificate,
    encoded,
    error_of,
    expected,
    find,
    key,
    response,
)

SSO = "https://idp.test/sso"


def request(**changes):
    usual = {
        "request_id": "_request",
        "issuer": AUDIENCE,
        "acs_url": ACS,
        "destination": SSO,
        "nameid_format": EMAIL_FORMAT,
        "now": NOW,
    }
    return saml.authn_request(**{**usual, **changes})


# Requests


def test_a_request():
    root = etree.fromstring(request())
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


def test_what_may_be_left_out():
    root = etree.fromstring(request(nameid_format="", force_authn=True))
    assert root.get("ForceAuthn") == "true"
    assert root.find("samlp:NameIDPolicy", xml.NAMESPACES) is None


def test_markup_in_values_stays_text():
    root = etree.fromstring(request(issuer='"><x/>&', acs_url="https://sp.test/?a=1&b=<2>"))
    assert find(root, "saml:Issuer").text == '"><x/>&'
    assert root.get("AssertionConsumerServiceURL") == "https://sp.test/?a=1&b=<2>"


def test_a_redirect_is_read_as_it_was_meant():
    url = saml.redirect_url(SSO, request(), "state & more")
    query = dict(parse_qsl(urlsplit(url).query))
    assert url.startswith(f"{SSO}?SAMLRequest=")
    assert set(query) == {"SAMLRequest", "RelayState"}
    assert query["RelayState"] == "state & more"
    assert saml_idp.read_request(query["SAMLRequest"], "redirect") == saml_idp.Request(
        id="_request",
        issuer=AUDIENCE,
        acs_url=ACS,
        destination=SSO,
        nameid_format=EMAIL_FORMAT,
        force_authn=False,
    )
    assert saml_idp.read_request(encoded(request(force_authn=True)), "post").force_authn


def test_a_destination_with_a_query_keeps_it():
    url = saml.redirect_url(f"{SSO}?tenant=a", request(), "")
    assert set(parse_qs(urlsplit(url).query)) == {"tenant", "SAMLRequest"}


def test_a_signed_redirect():
    """Bindings 3.4.4.1: what is signed is the query as it stands, from SAMLRequest to SigAlg."""
    url = saml.redirect_url(SSO, request(), "the state", key("sp"))
    signed, _, signature = urlsplit(url).query.partition("&Signature=")
    assert [name for name, _ in parse_qsl(signed)] == ["SAMLRequest", "RelayState", "SigAlg"]
    value = base64.b64decode(parse_qs(f"s={signature}")["s"][0])
    public = certificates.public(certificate("sp")).public_key()
    public.verify(value, signed.encode(), PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(value, signed.replace("the", "a").encode(), PKCS1v15(), SHA256())
    assert urlencode(parse_qsl(signed), quote_via=quote) == signed  # some take it apart and encode it anew
    without_state = saml.redirect_url(SSO, request(), "", key("sp"))
    assert [name for name, _ in parse_qsl(urlsplit(without_state).query)] == ["SAMLRequest", "SigAlg", "Signature"]


def deflated(document):
    packer = zlib.compressobj(9, wbits=-15)
    return base64.b64encode(packer.compress(document.encode()) + packer.flush()).decode()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "%",
        "é",
        encoded("<a/>"),
        deflated("hello"),
        deflated("<a/>"),
        deflated("<!DOCTYPE a><a/>"),
        deflated(f'<AuthnRequest xmlns="{xml.SAMLP}" Version="2.0"/>'),
        deflated(f'<AuthnRequest xmlns="{xml.SAMLP}" ID="a"/>'),
        deflated(" " * 100_000_000),
        base64.b64encode(zlib.compress(request().encode())).decode(),
    ],
)
def test_no_request(said):
    """The last but one is small until it is unpacked."""
    assert error_of(lambda: saml_idp.read_request(said, "redirect")) == "bad_request"
    assert error_of(lambda: saml_idp.read_request(said, "post")) == "bad_request"


def test_a_bare_request():
    bare = f'<AuthnRequest xmlns="{xml.SAMLP}" ID="a" Version="2.0"/>'
    read = saml_idp.read_request(encoded(bare), "post")
    assert read == saml_idp.Request(id="a", issuer="", acs_url="", destination="", nameid_format="", force_authn=False)


# Responses, as far as reading them doesn't show it already


def test_a_response_follows_the_order_of_the_schema():
    root = etree.fromstring(base64.b64decode(response(sign="both")))
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


def test_a_refusal_carries_no_assertion():
    root = etree.fromstring(base64.b64decode(response(status="urn:oasis:names:tc:SAML:2.0:status:Responder")))
    assert [child.tag.rpartition("}")[2] for child in root] == ["Issuer", "Status"]


def test_a_response_without_attributes_or_request():
    root = etree.fromstring(base64.b64decode(response(attributes={}, in_response_to="")))
    assert "InResponseTo" not in root.attrib
    assert root.find(".//saml:AttributeStatement", xml.NAMESPACES) is None


def test_characters_that_no_xml_can_have_are_left_out():
    """They come from a form, or an API's caller: no reason to fall over."""
    said = response(
        name_id="a\0da\x0b@acme.test",
        attributes={"na\x1fme": ["A\ud800d\uffffa \U0001f600\t"]},
        in_response_to="_request\0",
    )
    read = saml.read(said, expected())
    assert (read.name_id, read.attributes) == (ADA, {"name": ["Ada \U0001f600"]})
    assert find(etree.fromstring(request(issuer="\0" + AUDIENCE)), "saml:Issuer").text == AUDIENCE
    assert saml.metadata(saml_idp.metadata(IDP + "\0", SSO + "\x08", certificate("idp"))).sso_url == SSO


# Metadata

METADATA = saml_idp.metadata(IDP, SSO, certificate("idp"))


def test_metadata_is_read_as_it_was_meant():
    meant = saml.IdpMetadata(entity_id=IDP, sso_url=SSO, certificates=(certificate("idp"),))
    assert saml.metadata(METADATA) == meant
    assert saml.metadata(METADATA.encode()) == meant
    assert saml.metadata(f'<?xml version="1.0" encoding="UTF-8"?>\n{METADATA}') == meant
    assert saml.metadata(f'<EntitiesDescriptor xmlns="{xml.MD}">{METADATA}</EntitiesDescriptor>') == meant


def test_the_redirect_binding_comes_first():
    place = f'<SingleSignOnService xmlns="{xml.MD}" Binding="{{}}" Location="{{}}"/>'
    first = METADATA.replace(
        "<md:SingleSignOn", place.format(saml.POST, "https://idp.test/post") + "<md:SingleSignOn", 1
    )
    assert saml.metadata(first).sso_url == SSO
    only_post = METADATA.replace(saml.REDIRECT, "urn:x")
    assert saml.metadata(only_post).sso_url == SSO
    assert (
        error_of(lambda: saml.metadata(only_post.replace(saml.POST, "urn:y")))
        == "saml_connection_metadata_invalid_format"
    )


def test_keys_for_other_uses_are_left_out():
    start, end = METADATA.index("<md:KeyDescriptor"), METADATA.index("</md:KeyDescriptor>") + len("</md:KeyDescriptor>")
    one = METADATA[start:end]
    bare = certificates.bare
    other = one.replace(bare(certificate("idp")), bare(certificate("sp")))
    encryption = other.replace('use="signing"', 'use="encryption"')
    any_use = other.replace(' use="signing"', "")
    both = (certificate("idp"), certificate("sp"))
    assert saml.metadata(METADATA.replace(one, encryption + one)).certificates == (certificate("idp"),)
    assert saml.metadata(METADATA.replace(one, one + any_use)).certificates == both
    assert saml.metadata(METADATA.replace(one, one + one)).certificates == (certificate("idp"),)


@pytest.mark.parametrize(
    "document", ["", "hello", "<html>", f"<!DOCTYPE html>{METADATA}", '{"issuer": "x"}', " " * 600_000, "\0"]
)
def test_no_metadata(document):
    assert error_of(lambda: saml.metadata(document)) == "invalid_xml_from_saml_metadata_url"


@pytest.mark.parametrize(
    "document",
    [
        "<html/>",
        METADATA.replace("IDPSSODescriptor", "SPSSODescriptor"),
        METADATA.replace(f'entityID="{IDP}"', ""),
        METADATA.replace(f'Location="{SSO}"', ""),
        METADATA.replace('use="signing"', 'use="encryption"'),
        METADATA.replace(certificates.bare(certificate("idp")), "AAAA"),
        METADATA.replace(certificates.bare(certificate("idp")), ""),
        f'<IDPSSODescriptor xmlns="{xml.MD}"/>',
        f'<EntitiesDescriptor xmlns="{xml.MD}">{METADATA}{METADATA}</EntitiesDescriptor>',
    ],
)
def test_metadata_of_something_else(document):
    assert error_of(lambda: saml.metadata(document)) == "saml_connection_metadata_invalid_format"
