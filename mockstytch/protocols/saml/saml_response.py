"""Verification of a SAML response: nothing of it is used before all of it is verified.

See saml-core and the web browser SSO profile (saml-profiles 4.1).
"""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.protocols.saml import xml, xml_signatures
from mockstytch.values import Frozen

SKEW = timedelta(seconds=60)
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_LATEST_END = datetime(9000, 1, 1, tzinfo=UTC)  # some providers send the year 9999, to which no skew can be added


class ExpectedResponse(Frozen):
    """What a response must match.

    Attributes:
        acs_urls: the URLs that the response may be addressed to.
        audiences: the audiences that the assertion may be restricted to.
        idp_entity_id: the entity id of the identity provider.
        certificates: PEMs as ``certificates.parse_certificate`` returns them. One of them must be the signer's.
        decryption_keys: private keys as ``certificates.normalize_private_key`` returns them.
        now: the current time. The clocks of both sides may differ by ``SKEW``.
        in_response_to: the id of the request; None if the identity provider started the login.
    """

    acs_urls: tuple[str, ...]
    audiences: tuple[str, ...]
    idp_entity_id: str
    certificates: tuple[str, ...]
    decryption_keys: tuple[str, ...]
    now: datetime
    in_response_to: str | None


class Assertion(Frozen):
    """The verified assertion of a response.

    Attributes:
        response_id: the id of the response. Not signed if only the assertion is signed.
        assertion_id: the id of the assertion. Always signed, so use it to detect replays.
        attributes: values by the ``Name`` of the attribute, in document order.
        in_response_to: the id of the request; "" if the identity provider started the login.
        not_on_or_after: the time until which a replay would be accepted, skew included.
    """

    response_id: str
    assertion_id: str
    issuer: str
    name_id: str
    name_id_format: str
    attributes: dict[str, list[str]]
    in_response_to: str
    session_index: str
    not_on_or_after: datetime


def parse_unverified(saml_response: str) -> tuple[str, str]:
    """Return the issuer of a response and the id of the request that it names, both unverified.

    A response to no request has the request id "".
    """
    root = _parse(saml_response)
    issuers = xml.children(root, "saml:Issuer")
    for assertion in xml.children(root, "saml:Assertion"):
        issuers += xml.children(assertion, "saml:Issuer")
    return xml.text(issuers[0]) if issuers else "", root.get("InResponseTo", "")


def verify(saml_response: str, expected: ExpectedResponse) -> Assertion:
    """Verify a response and return its assertion.

    Args:
        saml_response: base64, as the browser posted it.

    Raises:
        missing_saml_response: if the SAML response is empty.
        invalid_xml_saml_response: if the SAML response isn't XML in base64, has a document type, or is too large.
        invalid_saml_response: if the SAML response doesn't contain exactly one assertion from the connection's identity
            provider to the connection about one subject, or the assertion can't be decrypted.
        failed_saml_response: if the identity provider sent an error.
        missing_signature_saml_response: if the SAML response and its assertion aren't signed.
        invalid_signature_saml_response: if a signature of the SAML response isn't valid, isn't by a certificate of the
            connection, or doesn't cover the element that contains it.
        invalid_audience_saml_response: if the assertion is restricted to other audiences, or to none.
        not_yet_valid_saml_response: if the assertion isn't valid yet.
        expired_saml_response: if the assertion, or the session at the identity provider, is expired.
        unsolicited_saml_response: if the SAML response is to another request.
    """
    response = _parse(saml_response)
    _require_structure(response)
    _require_success(response)
    is_signed = bool(xml_signatures.find_signatures(response))
    if is_signed:
        response = xml_signatures.verify(response, expected.certificates, errors.invalid_signature_saml_response)
    assertion = _find_assertion(response, expected)
    if xml_signatures.find_signatures(assertion):
        assertion = xml_signatures.verify(assertion, expected.certificates, errors.invalid_signature_saml_response)
    elif not is_signed:
        raise errors.missing_signature_saml_response(because="the response and its assertion have no signature")
    _require_envelope(response, expected)
    return _read_assertion(response, assertion, expected)


def _parse(saml_response: str) -> Any:
    if not saml_response:
        raise errors.missing_saml_response(because="SAMLResponse is empty")
    if len(saml_response) > xml.MAX_BYTES * 3 // 2:
        raise errors.invalid_xml_saml_response(because=f"the response has more than {xml.MAX_BYTES} bytes")
    try:
        data = base64.b64decode("".join(saml_response.split()), validate=True)
    except (binascii.Error, ValueError):  # ValueError: characters that aren't ASCII
        raise errors.invalid_xml_saml_response(because="SAMLResponse isn't base64") from None
    root = xml.parse(data, errors.invalid_xml_saml_response)
    if root.tag != xml.qualified_name("samlp:Response") or root.get("Version") != "2.0" or not root.get("ID"):
        raise _invalid("the root isn't a SAML 2.0 samlp:Response with an ID")
    return root


def _invalid(because: str) -> StytchError:
    return errors.invalid_saml_response(because=because)


def _require_structure(root: Any) -> None:
    """Require one response, one assertion, signatures as children of what they sign, and unique IDs.

    Signature wrapping breaks one of these rules. If it doesn't, it fails because only signed content is read.
    """
    if len(xml.find_all(root, "samlp:Response")) > 1:
        raise _invalid("the response contains another response")
    if len(xml.find_all(root, "saml:Assertion")) + len(xml.find_all(root, "saml:EncryptedAssertion")) > 1:
        raise _invalid("the response has more than one assertion")
    signable = {root, *xml.children(root, "saml:Assertion")}
    if any(signature.getparent() not in signable for signature in xml.find_all(root, "ds:Signature")):
        raise _invalid("a signature isn't a child of the response or the assertion")
    ids = [value for key in ("ID", "Id", "id") for value in root.xpath(f"//@*[local-name() = '{key}']")]
    if len(ids) != len(set(ids)):
        raise _invalid("two elements have the same ID")


def _require_success(response: Any) -> None:
    """Require the status success. Called before signatures are verified: providers seldom sign an error."""
    codes = response.findall("samlp:Status/samlp:StatusCode", xml.NAMESPACES)
    if len(codes) != 1:
        raise _invalid(f"the response has {len(codes)} statuses")
    if codes[0].get("Value") != SUCCESS:
        values = [code.get("Value", "") for code in codes[0].iter(xml.qualified_name("samlp:StatusCode"))]
        messages = response.findall("samlp:Status/samlp:StatusMessage", xml.NAMESPACES)
        status = " ".join([*values, *(xml.text(message) for message in messages)])
        raise errors.failed_saml_response(because=f"status {status[:500]}")


def _find_assertion(response: Any, expected: ExpectedResponse) -> Any:
    """Return the only assertion of a response, decrypted if necessary."""
    plain, encrypted = xml.children(response, "saml:Assertion"), xml.children(response, "saml:EncryptedAssertion")
    if len(plain) + len(encrypted) != 1:
        raise _invalid(f"the response has {len(plain) + len(encrypted)} assertions")
    if plain:
        return plain[0]
    assertion = xml_signatures.decrypt(encrypted[0], expected.decryption_keys, errors.invalid_saml_response)
    if assertion.tag != xml.qualified_name("saml:Assertion"):
        raise _invalid("the encrypted element isn't an assertion")
    _require_structure(assertion)
    return assertion


def _require_envelope(response: Any, expected: ExpectedResponse) -> None:
    """Check destination, issuer and request of the response. The assertion, which is signed, must repeat them."""
    if "Destination" in response.attrib and response.get("Destination") not in expected.acs_urls:
        raise _invalid(f"the destination is {response.get('Destination')!r}")
    for issuer in xml.children(response, "saml:Issuer"):
        _require_issuer(issuer, expected)
    _require_request(response, expected)


def _require_request(element: Any, expected: ExpectedResponse) -> None:
    if element.get("InResponseTo", "") != (expected.in_response_to or ""):
        raise errors.unsolicited_saml_response(because=f"InResponseTo is {element.get('InResponseTo', '')!r}")


def _require_issuer(issuer: Any, expected: ExpectedResponse) -> None:
    if not expected.idp_entity_id or xml.text(issuer) != expected.idp_entity_id:
        raise _invalid(f"the issuer is {xml.text(issuer)!r}, not {expected.idp_entity_id!r}")


def _read_assertion(response: Any, assertion: Any, expected: ExpectedResponse) -> Assertion:
    if assertion.get("Version") != "2.0" or not assertion.get("ID"):
        raise _invalid("the assertion isn't a SAML 2.0 assertion with an ID")
    issuer = _only_child(assertion, "saml:Issuer")
    _require_issuer(issuer, expected)
    _require_conditions(_only_child(assertion, "saml:Conditions"), expected)
    subject = _only_child(assertion, "saml:Subject")
    confirmed_until = _confirm_subject(subject, expected)
    session_index = _read_session_index(assertion, expected)
    name_id = _only_child(subject, "saml:NameID")
    if not xml.text(name_id):
        raise _invalid("the NameID is empty")
    return Assertion(
        response_id=response.get("ID"),
        assertion_id=assertion.get("ID"),
        issuer=xml.text(issuer),
        name_id=xml.text(name_id),
        name_id_format=name_id.get("Format", ""),
        attributes=_read_attributes(assertion),
        in_response_to=expected.in_response_to or "",
        session_index=session_index,
        not_on_or_after=min(confirmed_until, _LATEST_END) + SKEW,
    )


def _only_child(parent: Any, prefixed: str) -> Any:
    elements = xml.children(parent, prefixed)
    if len(elements) != 1:
        raise _invalid(f"there are {len(elements)} elements {prefixed}")
    return elements[0]


def _read_instant(element: Any, attribute: str) -> datetime | None:
    """Return the time in an attribute, or None if the attribute is absent."""
    value = element.get(attribute)
    if value is None:
        return None
    instant = xml.parse_instant(value)
    if instant is None:
        raise _invalid(f"{attribute} is {value!r}")
    return instant


def _require_valid_time(element: Any, now: datetime) -> None:
    """Check ``NotBefore`` and ``NotOnOrAfter``. Both are optional."""
    start, end = _read_instant(element, "NotBefore"), _read_instant(element, "NotOnOrAfter")
    if start and now + SKEW < start:
        raise errors.not_yet_valid_saml_response(because=f"valid from {start.isoformat()}; it is {now.isoformat()}")
    if end and now - SKEW >= end:
        raise errors.expired_saml_response(because=f"valid until {end.isoformat()}; it is {now.isoformat()}")


def _require_conditions(conditions: Any, expected: ExpectedResponse) -> None:
    """Check all conditions (saml-core 2.5.1). An unknown condition makes the assertion invalid."""
    _require_valid_time(conditions, expected.now)
    known = {xml.qualified_name(f"saml:{name}") for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")}
    if any(isinstance(condition.tag, str) and condition.tag not in known for condition in conditions):
        raise _invalid("the assertion has an unknown condition")
    restrictions = xml.children(conditions, "saml:AudienceRestriction")
    if not restrictions:
        raise errors.invalid_audience_saml_response(because="the assertion has no audience")
    for restriction in restrictions:
        audiences = [xml.text(audience) for audience in xml.children(restriction, "saml:Audience")]
        if not set(audiences) & set(expected.audiences):
            raise errors.invalid_audience_saml_response(because=f"the audiences are {audiences}"[:500])


def _confirm_subject(subject: Any, expected: ExpectedResponse) -> datetime:
    """Require one valid bearer confirmation (saml-profiles 4.1.4.2) and return the time until which it is valid."""
    problem = _invalid("the subject has no bearer confirmation")
    for confirmation in xml.children(subject, "saml:SubjectConfirmation"):
        if confirmation.get("Method") != BEARER:
            continue
        try:
            return _confirm_bearer(_only_child(confirmation, "saml:SubjectConfirmationData"), expected)
        except StytchError as e:
            problem = e
    raise problem


def _confirm_bearer(data: Any, expected: ExpectedResponse) -> datetime:
    if data.get("Recipient") not in expected.acs_urls:
        raise _invalid(f"the recipient is {data.get('Recipient')!r}")
    until = _read_instant(data, "NotOnOrAfter")
    if until is None:
        raise _invalid("the subject confirmation has no NotOnOrAfter")
    _require_valid_time(data, expected.now)
    _require_request(data, expected)
    return until


def _read_session_index(assertion: Any, expected: ExpectedResponse) -> str:
    """Require a current session at the identity provider and return its index."""
    statements = xml.children(assertion, "saml:AuthnStatement")
    if not statements:
        raise _invalid("the assertion has no AuthnStatement")
    for statement in statements:
        end = _read_instant(statement, "SessionNotOnOrAfter")
        if end and expected.now - SKEW >= end:
            raise errors.expired_saml_response(because=f"SessionNotOnOrAfter is {end.isoformat()}")
    return str(statements[0].get("SessionIndex", ""))


def _read_attributes(assertion: Any) -> dict[str, list[str]]:
    attributes: dict[str, list[str]] = {}
    for statement in xml.children(assertion, "saml:AttributeStatement"):
        if xml.children(statement, "saml:EncryptedAttribute"):
            raise _invalid("an attribute is encrypted")
        for attribute in xml.children(statement, "saml:Attribute"):
            if not attribute.get("Name"):
                raise _invalid("an attribute has no name")
            values = [xml.text(value) for value in xml.children(attribute, "saml:AttributeValue")]
            attributes.setdefault(attribute.get("Name"), []).extend(values)
    return attributes
