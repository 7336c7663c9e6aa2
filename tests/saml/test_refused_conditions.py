"""Responses for another connection, audience, request or time."""

from datetime import timedelta

import pytest

from mockstytch.protocols.saml import saml_response, xml
from tests.saml.helpers import (
    ADA,
    AUDIENCE,
    build_response,
    edited_response,
    expected,
    find,
    now_plus,
    refusal,
    remove,
    set_attributes,
    verify_or_refusal,
)

SIGNED = ("assertion", "response", "both")


OTHER = "https://else.test"
MISMATCHES = {
    "issuer": (build_response(issuer=OTHER), "invalid_saml_response"),
    "issuer of the response only": (
        edited_response(lambda r: setattr(find(r, "saml:Issuer"), "text", OTHER)),
        "invalid_saml_response",
    ),
    "issuer of the assertion only": (
        edited_response(lambda r: setattr(find(r, "saml:Assertion/saml:Issuer"), "text", OTHER)),
        "invalid_saml_response",
    ),
    "audience": (build_response(audience=OTHER), "invalid_audience_saml_response"),
    "an audience with the same prefix": (
        build_response(audience=AUDIENCE + ".evil.test"),
        "invalid_audience_saml_response",
    ),
    "no audience": (edited_response(remove(".//saml:AudienceRestriction")), "invalid_audience_saml_response"),
    "an empty audience": (build_response(audience=""), "invalid_audience_saml_response"),
    "destination": (edited_response(set_attributes(".", Destination=OTHER)), "invalid_saml_response"),
    "an empty destination": (edited_response(set_attributes(".", Destination="")), "invalid_saml_response"),
    "recipient": (
        edited_response(set_attributes(".//saml:SubjectConfirmationData", Recipient=OTHER)),
        "invalid_saml_response",
    ),
    "no recipient": (
        edited_response(set_attributes(".//saml:SubjectConfirmationData", Recipient=None)),
        "invalid_saml_response",
    ),
    "recipient and destination": (build_response(acs_url=OTHER), "invalid_saml_response"),
    "another request": (build_response(in_response_to="_other"), "unsolicited_saml_response"),
    "no request": (build_response(in_response_to=""), "unsolicited_saml_response"),
    "another request, in the response only": (
        edited_response(set_attributes(".", InResponseTo="_other")),
        "unsolicited_saml_response",
    ),
    "another request, in the assertion only": (
        edited_response(set_attributes(".//saml:SubjectConfirmationData", InResponseTo="_other")),
        "unsolicited_saml_response",
    ),
    "no request, in the assertion only": (
        edited_response(set_attributes(".//saml:SubjectConfirmationData", InResponseTo=None)),
        "unsolicited_saml_response",
    ),
    "expired": (build_response(now=now_plus(minutes=-7)), "expired_saml_response"),
    "not yet valid": (build_response(now=now_plus(minutes=7)), "not_yet_valid_saml_response"),
}


@pytest.mark.parametrize("case", MISMATCHES)
def test_response_that_does_not_match_is_refused(case):
    response, error_type = MISMATCHES[case]
    assert refusal(response) == error_type


def test_response_to_a_request_is_refused_if_none_was_made():
    assert refusal(build_response(), in_response_to=None) == "unsolicited_saml_response"
    halves = [
        set_attributes(".", InResponseTo=None),
        set_attributes(".//saml:SubjectConfirmationData", InResponseTo=None),
    ]
    for half in halves:
        assert refusal(edited_response(half), in_response_to=None) == "unsolicited_saml_response"


def test_connection_without_entity_id_refuses_responses():
    assert refusal(build_response(issuer=""), idp_entity_id="") == "invalid_saml_response"
    assert refusal(build_response(), idp_entity_id="") == "invalid_saml_response"


def test_every_audience_restriction_must_match():
    def edit(root):
        second = xml.add_child(find(root, ".//saml:Conditions"), "saml:AudienceRestriction")
        xml.add_child(second, "saml:Audience", OTHER)

    assert refusal(edited_response(edit)) == "invalid_audience_saml_response"


def test_one_audience_of_a_restriction_is_enough():
    def edit(root):
        find(root, ".//saml:Audience").addprevious(other := xml.create_root("saml:Audience", "saml"))
        other.text = OTHER

    assert saml_response.verify(edited_response(edit), expected()).name_id == ADA


@pytest.mark.parametrize("sign", SIGNED)
def test_response_is_refused_before_and_after_its_validity(sign):
    assert refusal(build_response(sign=sign), now=now_plus(minutes=6)) == "expired_saml_response"
    assert refusal(build_response(sign=sign), now=now_plus(seconds=-61)) == "not_yet_valid_saml_response"
    assert (
        refusal(build_response(sign=sign, valid_for=timedelta(0)), now=now_plus(seconds=60)) == "expired_saml_response"
    )


PAST, FUTURE = "2026-03-01T11:00:00Z", "2026-03-01T13:00:00Z"
TIMES = {
    "conditions expired": (set_attributes(".//saml:Conditions", NotOnOrAfter=PAST), "expired_saml_response"),
    "conditions not yet valid": (set_attributes(".//saml:Conditions", NotBefore=FUTURE), "not_yet_valid_saml_response"),
    "confirmation expired": (
        set_attributes(".//saml:SubjectConfirmationData", NotOnOrAfter=PAST),
        "expired_saml_response",
    ),
    "confirmation not yet valid": (
        set_attributes(".//saml:SubjectConfirmationData", NotBefore=FUTURE),
        "not_yet_valid_saml_response",
    ),
    "confirmation without end": (
        set_attributes(".//saml:SubjectConfirmationData", NotOnOrAfter=None),
        "invalid_saml_response",
    ),
    "session expired": (set_attributes(".//saml:AuthnStatement", SessionNotOnOrAfter=PAST), "expired_saml_response"),
    "not a time": (set_attributes(".//saml:Conditions", NotOnOrAfter="soon"), "invalid_saml_response"),
    "an empty time": (set_attributes(".//saml:Conditions", NotBefore=""), "invalid_saml_response"),
    "no such day": (set_attributes(".//saml:Conditions", NotOnOrAfter="2026-02-30T00:00:00Z"), "invalid_saml_response"),
    "before the year 1": (
        set_attributes(".//saml:Conditions", NotOnOrAfter="0001-01-01T00:00:00+14:00"),
        "invalid_saml_response",
    ),
    "a date without time": (set_attributes(".//saml:Conditions", NotOnOrAfter="2099-01-01"), "invalid_saml_response"),
}


@pytest.mark.parametrize("case", TIMES)
def test_invalid_time_is_refused(case):
    edit, error_type = TIMES[case]
    assert refusal(edited_response(edit)) == error_type


# Attributes with a time, each with the element and whether it is the beginning or the end.
BOUNDARIES = {
    "NotBefore of the conditions": ("saml:Conditions", "NotBefore", "not_yet_valid_saml_response"),
    "NotBefore of the confirmation": ("saml:SubjectConfirmationData", "NotBefore", "not_yet_valid_saml_response"),
    "NotOnOrAfter of the conditions": ("saml:Conditions", "NotOnOrAfter", "expired_saml_response"),
    "NotOnOrAfter of the confirmation": ("saml:SubjectConfirmationData", "NotOnOrAfter", "expired_saml_response"),
    "SessionNotOnOrAfter": ("saml:AuthnStatement", "SessionNotOnOrAfter", "expired_saml_response"),
}


@pytest.mark.parametrize("case", BOUNDARIES)
def test_clocks_may_differ_by_a_minute(case):
    """A beginning is accepted if it is at most 60 seconds ahead, an end if it is less than 60 seconds ago."""
    element, attribute, error_type = BOUNDARIES[case]

    def outcome(seconds):
        edit = set_attributes(f".//{element}", **{attribute: f"{now_plus(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"})
        result = verify_or_refusal(edited_response(edit))
        return result if isinstance(result, str) else "accepted"

    if attribute == "NotBefore":
        assert [outcome(seconds) for seconds in (59, 60, 61)] == ["accepted", "accepted", error_type]
    else:
        assert [outcome(seconds) for seconds in (-59, -60, -61)] == ["accepted", error_type, error_type]


def test_end_in_the_year_9999_is_accepted():
    response = edited_response(set_attributes(".//saml:SubjectConfirmationData", NotOnOrAfter="9999-12-31T23:59:59Z"))
    assert saml_response.verify(response, expected()).not_on_or_after.year == 9000
