"""What goes out and what it is read as: requests, redirects, metadata."""

import base64
import zlib
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from mockstytch.protocols.saml import certificates, identity_provider, saml_response, service_provider, xml
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
    return service_provider.build_authn_request(**{**usual, **changes})


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
    url = service_provider.build_redirect_url(SSO, request(), "state & more")
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
    assert identity_provider.parse_authn_request(encoded(request(force_authn=True)), "post").force_authn


def test_a_destination_with_a_query_keeps_it():
    url = service_provider.build_redirect_url(f"{SSO}?tenant=a", request(), "")
    assert set(parse_qs(urlsplit(url).query)) == {"tenant", "SAMLRequest"}


def test_a_signed_redirect():
    """Bindings 3.4.4.1: what is signed is the query as it stands, from SAMLRequest to SigAlg."""
    url = service_provider.build_redirect_url(SSO, request(), "the state", key("sp"))
    signed, _, signature = urlsplit(url).query.partition("&Signature=")
    assert [name for name, _ in parse_qsl(signed)] == ["SAMLRequest", "RelayState", "SigAlg"]
    value = base64.b64decode(parse_qs(f"s={signature}")["s"][0])
    public = certificates.load_certificate(certificate("sp")).public_key()
    public.verify(value, signed.encode(), PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        public.verify(value, signed.replace("the", "a").encode(), PKCS1v15(), SHA256())
    assert urlencode(parse_qsl(signed), quote_via=quote) == signed  # some take it apart and encode it anew
    without_state = service_provider.build_redirect_url(SSO, request(), "", key("sp"))
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
    assert error_of(lambda: identity_provider.parse_authn_request(said, "redirect")) == "bad_request"
    assert error_of(lambda: identity_provider.parse_authn_request(said, "post")) == "bad_request"


def test_a_bare_request():
    bare = f'<AuthnRequest xmlns="{xml.SAMLP}" ID="a" Version="2.0"/>'
    read = identity_provider.parse_authn_request(encoded(bare), "post")
    assert read == identity_provider.AuthnRequest(
        id="a", issuer="", acs_url="", destination="", nameid_format="", force_authn=False
    )


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
    read = saml_response.verify(said, expected())
    assert (read.name_id, read.attributes) == (ADA, {"name": ["Ada \U0001f600"]})
    assert find(etree.fromstring(request(issuer="\0" + AUDIENCE)), "saml:Issuer").text == AUDIENCE
    assert (
        service_provider.parse_metadata(
            identity_provider.build_metadata(IDP + "\0", SSO + "\x08", certificate("idp"))
        ).sso_url
        == SSO
    )


# Metadata

METADATA = identity_provider.build_metadata(IDP, SSO, certificate("idp"))


def test_metadata_is_read_as_it_was_meant():
    meant = service_provider.IdentityProviderMetadata(entity_id=IDP, sso_url=SSO, certificates=(certificate("idp"),))
    assert service_provider.parse_metadata(METADATA) == meant
    assert service_provider.parse_metadata(METADATA.encode()) == meant
    assert service_provider.parse_metadata(f'<?xml version="1.0" encoding="UTF-8"?>\n{METADATA}') == meant
    assert (
        service_provider.parse_metadata(f'<EntitiesDescriptor xmlns="{xml.MD}">{METADATA}</EntitiesDescriptor>')
        == meant
    )


def test_the_redirect_binding_comes_first():
    place = f'<SingleSignOnService xmlns="{xml.MD}" Binding="{{}}" Location="{{}}"/>'
    first = METADATA.replace(
        "<md:SingleSignOn", place.format(service_provider.POST, "https://idp.test/post") + "<md:SingleSignOn", 1
    )
    assert service_provider.parse_metadata(first).sso_url == SSO
    only_post = METADATA.replace(service_provider.REDIRECT, "urn:x")
    assert service_provider.parse_metadata(only_post).sso_url == SSO
    assert (
        error_of(lambda: service_provider.parse_metadata(only_post.replace(service_provider.POST, "urn:y")))
        == "saml_connection_metadata_invalid_format"
    )


def test_keys_for_other_uses_are_left_out():
    start, end = METADATA.index("<md:KeyDescriptor"), METADATA.index("</md:KeyDescriptor>") + len("</md:KeyDescriptor>")
    one = METADATA[start:end]
    bare = certificates.pem_body
    other = one.replace(bare(certificate("idp")), bare(certificate("sp")))
    encryption = other.replace('use="signing"', 'use="encryption"')
    any_use = other.replace(' use="signing"', "")
    both = (certificate("idp"), certificate("sp"))
    assert service_provider.parse_metadata(METADATA.replace(one, encryption + one)).certificates == (
        certificate("idp"),
    )
    assert service_provider.parse_metadata(METADATA.replace(one, one + any_use)).certificates == both
    assert service_provider.parse_metadata(METADATA.replace(one, one + one)).certificates == (certificate("idp"),)


@pytest.mark.parametrize(
    "document", ["", "hello", "<html>", f"<!DOCTYPE html>{METADATA}", '{"issuer": "x"}', " " * 600_000, "\0"]
)
def test_no_metadata(document):
    assert error_of(lambda: service_provider.parse_metadata(document)) == "invalid_xml_from_saml_metadata_url"


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
def test_metadata_of_something_else(document):
    assert error_of(lambda: service_provider.parse_metadata(document)) == "saml_connection_metadata_invalid_format"
