"""Responses whose assertion is incomplete or ambiguous."""

import pytest
from lxml import etree

from mockstytch.protocols.saml import xml
from tests.saml.helpers import duplicate, edited_response, find, refusal, remove, set_attributes

INVALID_STRUCTURES = {
    "no assertion": remove("saml:Assertion"),
    "two assertions": duplicate("saml:Assertion"),
    "no issuer": remove("saml:Assertion/saml:Issuer"),
    "two issuers": duplicate("saml:Assertion/saml:Issuer"),
    "no subject": remove(".//saml:Subject"),
    "two subjects": duplicate(".//saml:Subject"),
    "no NameID": remove(".//saml:NameID"),
    "two NameIDs": duplicate(".//saml:NameID"),
    "an empty NameID": lambda root: setattr(find(root, ".//saml:NameID"), "text", " "),
    "no confirmation": remove(".//saml:SubjectConfirmation"),
    "no confirmation data": remove(".//saml:SubjectConfirmationData"),
    "two confirmation data": duplicate(".//saml:SubjectConfirmationData"),
    "a holder-of-key confirmation": set_attributes(
        ".//saml:SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"
    ),
    "no conditions": remove(".//saml:Conditions"),
    "two conditions": duplicate(".//saml:Conditions"),
    "an unknown condition": lambda root: etree.SubElement(find(root, ".//saml:Conditions"), "{urn:x}Condition"),
    "no AuthnStatement": remove(".//saml:AuthnStatement"),
    "another version": set_attributes("saml:Assertion", Version="1.1"),
    "an encrypted attribute": lambda root: xml.add_child(
        find(root, ".//saml:AttributeStatement"), "saml:EncryptedAttribute"
    ),
    "an attribute without a name": set_attributes(".//saml:Attribute", Name=None),
    "an attribute with an empty name": set_attributes(".//saml:Attribute", Name=""),
    "another, encrypted assertion": lambda root: xml.add_child(root, "saml:EncryptedAssertion"),
    "the same ID twice": set_attributes(".", ID="_assertion"),
    "the same ID elsewhere": set_attributes(".//saml:AuthnStatement", Id="_assertion"),
    "a nested response": lambda root: xml.add_child(xml.add_child(root, "samlp:Extensions"), "samlp:Response"),
    "a signature elsewhere": lambda root: xml.add_child(xml.add_child(root, "samlp:Extensions"), "ds:Signature"),
    "a signature in the subject": lambda root: xml.add_child(find(root, ".//saml:Subject"), "ds:Signature"),
    "the same ID as xml:id": set_attributes(
        ".//saml:AuthnStatement", **{"{http://www.w3.org/XML/1998/namespace}id": "_assertion"}
    ),
}


@pytest.mark.parametrize("case", INVALID_STRUCTURES)
def test_invalid_structure_is_refused(case):
    sign = "response" if case in ("no assertion", "two assertions", "another version") else "assertion"
    assert refusal(edited_response(INVALID_STRUCTURES[case], sign=sign)) == "invalid_saml_response"


def test_assertion_without_id_is_refused():
    """A signature of the response doesn't replace it."""
    assert (
        refusal(edited_response(set_attributes("saml:Assertion", ID=None), sign="response")) == "invalid_saml_response"
    )
