"""``fraud``: chosen verdicts, rules, overridden reasons, e-mail risk."""

import httpx
import pytest

from mockstytch import MockError


def id_of(number):
    return f"visitor-00000000-0000-4000-8000-{number:012}"


ID = id_of(0)


@pytest.fixture
def verdict(client):
    return lambda telemetry_id: client.fraud.fingerprint.lookup(telemetry_id).verdict


# Lookups


@pytest.mark.parametrize("action", ["ALLOW", "CHALLENGE", "BLOCK"])
def test_lookup_returns_the_chosen_verdict(mock, verdict, action):
    found = verdict(mock.fraud.device(action))
    assert (found.action, found.reasons, found.verdict_reason_overrides) == (action, [], [])
    assert (found.rule_match_type, found.rule_match_identifier) == (None, None)


def test_lookup_returns_the_chosen_properties(mock, client):
    telemetry_id = mock.fraud.device(
        telemetry_id="telemetry-1",
        visitor_id="visitor-1",
        ip_address="198.51.100.7",
        asn="64496",
        asn_name="Example",
        asn_network="198.51.100.0/24",
        city="Berlin",
        region="BE",
        country="DE",
        is_vpn=True,
        user_agent="curl/8",
        detected_device_type="LINUX",
        is_authentic_device=False,
        raw_signals={"screen": {"width": 1}},
    )
    found = client.fraud.fingerprint.lookup(telemetry_id)
    assert (found.telemetry_id, found.fingerprints.visitor_id) == ("telemetry-1", "visitor-1")
    assert found.fingerprints.browser_fingerprint.startswith("browser-fingerprint-")
    network = found.properties.network_properties
    assert (network.ip_address, network.is_vpn, network.is_proxy) == ("198.51.100.7", True, False)
    assert (network.asn.asn, network.asn.name, network.asn.network) == ("64496", "Example", "198.51.100.0/24")
    assert (network.ip_geolocation.city, network.ip_geolocation.country) == ("Berlin", "DE")
    assert (found.verdict.detected_device_type, found.verdict.is_authentic_device) == ("LINUX", False)
    assert found.properties.browser_properties.user_agent == "curl/8"
    assert found.raw_signals == {"screen": {"width": 1}}


def test_devices_have_different_fingerprints(mock, client):
    one, other = (client.fraud.fingerprint.lookup(mock.fraud.device()).fingerprints for _ in range(2))
    assert not {*one.model_dump().values()} & {*other.model_dump().values()}


def test_device_can_be_replaced(mock, verdict):
    telemetry_id = mock.fraud.device("BLOCK")
    assert mock.fraud.device("ALLOW", telemetry_id=telemetry_id) == telemetry_id
    assert verdict(telemetry_id).action == "ALLOW"


def test_unknown_telemetry_id_is_refused(client, refused):
    assert refused(client.fraud.fingerprint.lookup, "026ac93b-8cdf-4fcb-bfa6-36a31cfecac1") == "telemetry_id_not_found"


def test_telemetry_id_of_another_project_is_refused(mock, client, refused):
    assert refused(client.fraud.fingerprint.lookup, mock.project().fraud.device()) == "telemetry_id_not_found"


def test_expired_telemetry_id_is_refused(mock, client, refused, given):
    telemetry_id = mock.fraud.device(expires_in_minutes=5)
    mock.clock.advance(minutes=4)
    assert client.fraud.fingerprint.lookup(telemetry_id).telemetry_id == telemetry_id
    mock.clock.advance(minutes=1)
    assert refused(client.fraud.fingerprint.lookup, telemetry_id) == "telemetry_id_not_found"
    assert given.because() == "expired"


def test_external_metadata_is_stored_with_the_device(mock, client, refused):
    telemetry_id, lookup = mock.fraud.device(), client.fraud.fingerprint.lookup
    assert lookup(telemetry_id).external_metadata.external_id is None
    lookup(telemetry_id, external_metadata={"external_id": "ada@acme.test", "user_action": "login"})
    metadata = lookup(telemetry_id, external_metadata={"organization_id": "acme"}).external_metadata
    assert metadata.model_dump() == {"external_id": "ada@acme.test", "organization_id": "acme", "user_action": "login"}
    for value in ("x" * 66, "a b", "é", "a/b"):
        assert refused(lookup, telemetry_id, external_metadata={"external_id": value}) == "invalid_external_metadata"


# Reasons


@pytest.mark.parametrize(
    ("reasons", "action"),
    [
        ([], "ALLOW"),
        (["VIRTUAL_MACHINE"], "CHALLENGE"),
        (["VIRTUAL_MACHINE", "HEADLESS_BROWSER_AUTOMATION"], "BLOCK"),
        (["UNDOCUMENTED_REASON"], "CHALLENGE"),
    ],
)
def test_strictest_reason_decides(mock, verdict, reasons, action):
    found = verdict(mock.fraud.device(reasons=reasons))
    assert (found.action, found.reasons) == (action, reasons)


def test_override_applies_until_deleted(mock, client, verdict):
    telemetry_id = mock.fraud.device(reasons=["VIRTUAL_MACHINE"])
    made = client.fraud.verdict_reasons.override("VIRTUAL_MACHINE", "ALLOW", "remote desks").verdict_reason_action
    assert (made.default_action, made.override_action, made.override_description) == (
        "CHALLENGE",
        "ALLOW",
        "remote desks",
    )
    found = verdict(telemetry_id)
    assert found.action == "ALLOW"
    assert [(o.verdict_reason, o.override_action) for o in found.verdict_reason_overrides] == [
        ("VIRTUAL_MACHINE", "ALLOW")
    ]
    client.fraud.verdict_reasons.override("VIRTUAL_MACHINE", "BLOCK")
    assert verdict(telemetry_id).action == "BLOCK"
    assert (
        client.fraud.verdict_reasons.override("VIRTUAL_MACHINE", "NONE").verdict_reason_action.override_action is None
    )
    assert (verdict(telemetry_id).action, verdict(telemetry_id).verdict_reason_overrides) == ("CHALLENGE", [])


def test_override_takes_precedence_over_the_chosen_verdict(mock, client, verdict):
    chosen = mock.fraud.device("ALLOW", ["VIRTUAL_MACHINE"])
    assert verdict(chosen).action == "ALLOW"
    client.fraud.verdict_reasons.override("VIRTUAL_MACHINE", "BLOCK")
    assert verdict(chosen).action == "BLOCK"


def test_reasons_are_listed_with_overrides(client):
    client.fraud.verdict_reasons.override("MY_OWN", "BLOCK")
    listed = client.fraud.verdict_reasons.list().verdict_reason_actions
    assert {"HEADLESS_BROWSER_AUTOMATION", "VIRTUAL_MACHINE", "MY_OWN"} <= {r.verdict_reason for r in listed}
    assert {r.verdict_reason: r.default_action for r in listed}["VIRTUAL_MACHINE"] == "CHALLENGE"
    only = client.fraud.verdict_reasons.list(overrides_only=True).verdict_reason_actions
    assert [(r.verdict_reason, r.override_action) for r in only] == [("MY_OWN", "BLOCK")]


def test_invalid_override_is_refused(client, refused):
    for reason in ("RULE_MATCH", "virtual machine", "", "é"):
        assert refused(client.fraud.verdict_reasons.override, reason, "ALLOW") == "bad_request"
    assert refused(client.fraud.verdict_reasons.override, "VIRTUAL_MACHINE", "PERHAPS") == "bad_request"


# Rules


@pytest.mark.parametrize(
    ("identifier", "device"),
    [
        ({"visitor_id": "x"}, {"visitor_id": "x"}),
        ({"browser_id": "x"}, {"browser_id": "x"}),
        ({"visitor_fingerprint": "x"}, {"visitor_fingerprint": "x"}),
        ({"browser_fingerprint": "x"}, {"browser_fingerprint": "x"}),
        ({"hardware_fingerprint": "x"}, {"hardware_fingerprint": "x"}),
        ({"network_fingerprint": "x"}, {"network_fingerprint": "x"}),
        ({"cidr_block": "198.51.100.0/24"}, {"ip_address": "198.51.100.200"}),
        ({"cidr_block": "198.51.100.7/32"}, {"ip_address": "198.51.100.7"}),
        ({"asn": "64496"}, {"asn": "64496"}),
        ({"country_code": "FR"}, {"country": "FR"}),
    ],
)
def test_rule_decides_for_matching_devices(mock, client, verdict, identifier, device):
    mock.fraud.device(**device)
    set_ = client.fraud.rules.set("BLOCK", **identifier)
    assert {name: getattr(set_, name) for name in identifier} == identifier
    [(name, value)] = identifier.items()
    found = verdict(mock.fraud.device("ALLOW", ["VIRTUAL_MACHINE"], **device))
    assert (found.action, found.reasons) == ("BLOCK", ["VIRTUAL_MACHINE", "RULE_MATCH"])
    assert (found.rule_match_type, found.rule_match_identifier) == (name.upper(), value)
    assert verdict(mock.fraud.device("ALLOW")).action == "ALLOW"


def test_rules_apply_in_order_of_precedence(mock, client, verdict):
    device = mock.fraud.device(visitor_id="v", hardware_fingerprint="h", ip_address="198.51.100.7", country="DE")
    for action, identifier, decides in (
        ("CHALLENGE", {"country_code": "DE"}, "COUNTRY_CODE"),
        ("BLOCK", {"cidr_block": "198.51.0.0/16"}, "CIDR_BLOCK"),
        ("ALLOW", {"cidr_block": "198.51.100.0/24"}, "CIDR_BLOCK"),
        ("BLOCK", {"hardware_fingerprint": "h"}, "HARDWARE_FINGERPRINT"),
        ("ALLOW", {"visitor_id": "v"}, "VISITOR_ID"),
    ):
        client.fraud.rules.set(action, **identifier)
        assert (verdict(device).action, verdict(device).rule_match_type) == (action, decides)
    client.fraud.rules.set("CHALLENGE", cidr_block="198.51.0.0/16")
    client.fraud.rules.set("NONE", visitor_id="v")
    client.fraud.rules.set("NONE", hardware_fingerprint="h")
    assert (verdict(device).action, verdict(device).rule_match_identifier) == ("ALLOW", "198.51.100.0/24")


def test_expired_rule_does_not_apply(mock, client, verdict):
    device = mock.fraud.device(visitor_id="v")
    client.fraud.rules.set("BLOCK", visitor_id="v", expires_in_minutes=10)
    assert verdict(device).action == "BLOCK"
    mock.clock.advance(minutes=10)
    assert verdict(device).action == "ALLOW"
    assert client.fraud.rules.list().rules == []
    client.fraud.rules.set("CHALLENGE", visitor_id="v")
    [rule] = client.fraud.rules.list().rules
    assert (rule.action, rule.expires_at, rule.last_updated_at) == ("CHALLENGE", None, None)


def test_rule_is_replaced_and_deleted(client):
    client.fraud.rules.set("BLOCK", visitor_id=ID, description="first")
    assert client.fraud.rules.list().rules[0].last_updated_at is None
    client.fraud.rules.set("ALLOW", visitor_id=ID)
    [rule] = client.fraud.rules.list().rules
    assert (rule.rule_type, rule.visitor_id, rule.action, rule.description) == ("VISITOR_ID", ID, "ALLOW", None)
    assert rule.last_updated_at
    for _ in range(2):
        assert client.fraud.rules.set("NONE", visitor_id=ID).action == "NONE"
    assert client.fraud.rules.list().rules == []


def test_rules_are_paged_newest_first(client, refused):
    for number in range(12):
        client.fraud.rules.set("BLOCK", visitor_id=id_of(number))
    first = client.fraud.rules.list()
    second = client.fraud.rules.list(cursor=first.next_cursor)
    assert [len(first.rules), len(second.rules), second.next_cursor] == [10, 2, ""]
    assert [rule.visitor_id for rule in [*first.rules, *second.rules]] == [
        id_of(number) for number in reversed(range(12))
    ]
    assert len(client.fraud.rules.list(limit=100).rules) == 12
    for cursor in ("nonsense", "cnVsZTp4", "é"):
        assert refused(client.fraud.rules.list, cursor=cursor) == "dfp_rule_invalid_cursor"
    for limit in (0, 101):
        assert refused(client.fraud.rules.list, limit=limit) == "bad_request"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"action": "BLOCK"}, "invalid_fingerprint_or_id"),
        ({"action": "BLOCK", "visitor_id": ID, "browser_id": ID}, "invalid_fingerprint_or_id"),
        ({"action": "BLOCK", "visitor_id": "nope"}, "invalid_fingerprint_or_id"),
        ({"action": "BLOCK", "browser_id": ID[:-1]}, "invalid_fingerprint_or_id"),
        ({"action": "BLOCK", "visitor_fingerprint": f"{ID}0"}, "invalid_fingerprint_or_id"),
        ({"action": "BLOCK", "hardware_fingerprint": f"{ID}\n"}, "invalid_fingerprint_or_id"),
        ({"action": "NONE", "browser_fingerprint": "nope"}, "invalid_fingerprint_or_id"),
        ({"action": "BLOCK", "visitor_id": "x" * 129}, "invalid_fingerprint_or_id"),
        ({"action": "BLOCK", "network_fingerprint": "a b"}, "invalid_fingerprint_or_id"),
        ({"action": "BLOCK", "visitor_id": ID, "description": "x" * 1001}, "bad_request"),
        ({"action": "PERHAPS", "visitor_id": ID}, "invalid_action_for_rules"),
        ({"action": "", "visitor_id": ID}, "invalid_action_for_rules"),
        ({"action": "ALLOW", "country_code": "DE"}, "invalid_country_code_allow_rule"),
        ({"action": "BLOCK", "country_code": "DEU"}, "invalid_country_code"),
        ({"action": "BLOCK", "country_code": "1"}, "invalid_country_code"),
        ({"action": "BLOCK", "country_code": "ZZ"}, "invalid_country_code"),
        ({"action": "BLOCK", "asn": "AS64496"}, "invalid_asn"),
        ({"action": "BLOCK", "asn": "4294967296"}, "invalid_asn"),
        ({"action": "BLOCK", "asn": "-1"}, "invalid_asn"),
        ({"action": "BLOCK", "cidr_block": "198.51.100.0/15"}, "cidr_block_invalid_prefix"),
        ({"action": "BLOCK", "cidr_block": "198.51.100.0/33"}, "cidr_block_invalid_prefix"),
        ({"action": "BLOCK", "cidr_block": "198.51.100"}, "invalid_cidr_block"),
        ({"action": "BLOCK", "cidr_block": "198.51.100.0/"}, "invalid_cidr_block"),
        ({"action": "BLOCK", "cidr_block": "198.51.100.0/255.255.255.0"}, "invalid_cidr_block"),
        ({"action": "BLOCK", "cidr_block": "198.51.100.300"}, "invalid_cidr_block"),
        ({"action": "BLOCK", "cidr_block": "2001:db8::/32"}, "invalid_cidr_block"),
        ({"action": "BLOCK", "visitor_id": ID, "expires_in_minutes": 0}, "bad_request"),
        ({"action": "BLOCK", "visitor_id": ID, "expires_in_minutes": 10**12}, "bad_request"),
    ],
)
def test_invalid_rule_is_refused(client, refused, fields, error):
    assert refused(client.fraud.rules.set, **fields) == error
    assert client.fraud.rules.list().rules == []


def test_rule_for_an_id_of_a_device_can_be_set(mock, client, verdict, refused):
    assert refused(client.fraud.rules.set, "BLOCK", visitor_id="visitor-1") == "invalid_fingerprint_or_id"
    device = mock.fraud.device(visitor_id="visitor-1")
    client.fraud.rules.set("BLOCK", visitor_id="visitor-1")
    assert verdict(device).action == "BLOCK"
    assert refused(client.fraud.rules.set, "BLOCK", browser_id="visitor-1") == "invalid_fingerprint_or_id"


@pytest.mark.parametrize("code", ["DE", "de", "AQ", "US"])
def test_country_codes_are_accepted(client, code):
    assert client.fraud.rules.set("BLOCK", country_code=code).country_code == code.upper()


def test_identifiers_are_normalized(client):
    assert client.fraud.rules.set("block", cidr_block="198.51.100.7").cidr_block == "198.51.100.7/32"
    assert client.fraud.rules.set("BLOCK", cidr_block="198.51.100.7/24").cidr_block == "198.51.100.0/24"
    assert client.fraud.rules.set("BLOCK", country_code="de").country_code == "DE"


# E-mail risk


@pytest.mark.parametrize(
    ("email_address", "action"),
    [
        ("ada@acme.test", "ALLOW"),
        ("a.d.a+x@acme.test", "CHALLENGE"),
        ("Info@acme.test", "CHALLENGE"),
        ("ada@mailinator.com", "BLOCK"),
        ("ada@acme.invalid", "BLOCK"),
        ("no address", "BLOCK"),
    ],
)
def test_email_risk_is_derived_from_the_address(client, email_address, action):
    found = client.fraud.email.risk(email_address)
    assert found.action == action
    assert (found.risk_score > 80) == (action == "BLOCK")


def test_email_risk_describes_address_and_domain(client):
    found = client.fraud.email.risk("A.d.a+news@Acme.test")
    assert found.address_information.model_dump() == {
        "has_known_bounces": False,
        "has_valid_syntax": True,
        "is_suspected_role_address": False,
        "normalized_email": "ada@acme.test",
        "tumbling_character_count": 3,
    }
    assert found.domain_information.model_dump() == {"has_mx_or_a_record": True, "is_disposable_domain": False}


def test_email_risk_returns_the_chosen_values(mock, client):
    mock.fraud.email("Ada@acme.test", "BLOCK", has_known_bounces=True, is_disposable_domain=True)
    found = client.fraud.email.risk("ada@ACME.test")
    assert (found.action, found.risk_score) == ("BLOCK", 95)
    assert found.address_information.has_known_bounces
    assert found.domain_information.is_disposable_domain
    mock.fraud.email("ada@acme.test", risk_score=33, has_mx_or_a_record=False, is_suspected_role_address=True)
    found = client.fraud.email.risk("ada@acme.test")
    assert (found.action, found.risk_score) == ("BLOCK", 33)
    assert found.address_information.is_suspected_role_address
    assert not found.domain_information.has_mx_or_a_record


def test_empty_address_is_refused(client, refused):
    assert refused(client.fraud.email.risk, "") == "bad_request"


# The fraud host


def test_missing_telemetry_id_is_not_found(http):
    for body in ({}, {"telemetry_id": ""}, {"telemetry_id": None}, {"telemetry_id": "made-up"}):
        answer = http.post("/v1/fingerprint/lookup", json=body)
        assert (answer.status_code, answer.json()["error_type"]) == (404, "telemetry_id_not_found")


@pytest.mark.parametrize(
    "path", ["fingerprint/lookup", "rules/set", "rules/list", "verdict_reasons/list", "email/risk"]
)
def test_errors_have_the_form_of_the_fraud_host(mock, http, path):
    http.post("/v1/rules/list")  # creates the project
    wrong = httpx.post(f"{mock.url}/v1/{path}", json={}, auth=(mock.project_id, "secret-test-wrong"), trust_env=False)
    error = wrong.json()
    assert list(error) == ["request_id", "status_code", "error_type", "error_message", "error_url"]
    assert (wrong.status_code, error["error_type"]) == (401, "unauthorized_credentials_error")
    assert error["error_message"] == "The provided credentials are invalid."
    assert error["error_url"] == "https://stytch.com/docs/fraud/api/errors/401#unauthorized_credentials_error"
    assert error["request_id"].startswith("request-id-fraud-")
    broken = http.post(f"/v1/{path}", content="[").json()
    assert (next(iter(broken)), broken["error_type"]) == ("request_id", "bad_request")
    unnamed = httpx.post(f"{mock.url}/v1/{path}", json={}, trust_env=False)
    assert (unnamed.status_code, unnamed.json()["error_type"]) == (400, "invalid_authorization_header")


def test_successes_have_a_request_id_of_the_fraud_host(client):
    assert client.fraud.rules.list().request_id.startswith("request-id-fraud-")


# Control API


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "PERHAPS"},
        {"action": "NONE"},
        {"reasons": ["a reason"]},
        {"reasons": "VIRTUAL_MACHINE"},
        {"ip_address": "nowhere"},
        {"expires_in_minutes": 0},
        {"color": "blue"},
    ],
)
def test_invalid_device_is_refused(mock, fields):
    with pytest.raises(MockError) as wrong:
        mock.call("POST", "/fraud/devices", body=fields)
    assert wrong.value.error_type == "bad_request"


@pytest.mark.parametrize(
    "fields", [{}, {"email_address": ""}, {"email_address": "a@b.test", "risk_score": 101}, {"email_address": 5}]
)
def test_invalid_email_risk_is_refused(mock, fields):
    with pytest.raises(MockError) as wrong:
        mock.call("POST", "/fraud/emails", body=fields)
    assert wrong.value.error_type == "bad_request"
