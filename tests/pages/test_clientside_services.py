"""The requests of the browser SDK's iframe, which parses phone numbers."""

import pytest


@pytest.mark.parametrize(
    ("number", "region", "expected"),
    [
        ("4155550123", "US", (True, "+14155550123", "(415) 555-0123")),
        ("(415) 555-0123", "US", (True, "+14155550123", "(415) 555-0123")),
        ("+1 415-555-0123", "", (True, "+14155550123", "(415) 555-0123")),
        ("01511 2345678", "de", (True, "+4915112345678", "01511 2345678")),
        ("12", "US", (False, "+112", "12")),
    ],
)
def test_phone_number_is_parsed(http, number, region, expected):
    query = {"number": number, "region_code": region}
    parsed = http.get("/clientside-services/phone-number", params=query).json()
    assert (parsed["isValid"], parsed["number"], parsed["national"]) == expected


@pytest.mark.parametrize(("number", "region"), [("", "US"), ("x", "US"), ("4155550123", ""), ("4155550123", "XX")])
def test_other_text_is_refused(http, number, region):
    response = http.get("/clientside-services/phone-number", params={"number": number, "region_code": region})
    assert (response.status_code, response.json()["error_type"]) == (400, "invalid_phone_number")


def test_example_of_a_country(http):
    path = "/clientside-services/example-phone-number"
    assert http.get(path, params={"region_code": "US"}).json() == {"phoneNumber": "(201) 555-0123"}
    assert http.get(path, params={"region_code": "XX"}).json() == {}
