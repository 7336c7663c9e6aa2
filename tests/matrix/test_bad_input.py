"""Each endpoint, spoilt in one place at a time: no fault of the server, no success, a proper error every time."""

import json
import re

import pytest

from mockstytch.gaps import GAPS
from tests.matrix.requests_of import ALSO, ENDPOINTS, in_body, in_path, refusal, required, wire_type


def endpoints(where=lambda endpoint: True):
    """A test for each endpoint to which it applies."""
    chosen = {name: endpoint for name, endpoint in ENDPOINTS.items() if where(endpoint)}
    return pytest.mark.parametrize("endpoint", chosen.values(), ids=list(chosen))


everywhere = endpoints()

# Requests with nothing wrong in them that the world isn't made for, each with what they meet.
REFUSED = {
    "discovery.exchange": "email_jit_provisioning_not_allowed",
    "magic_links.login_or_signup": "email_jit_provisioning_not_allowed",
    "members.delete_password": "cross_org_passwords_enabled",
    "members.reactivate": "no_deleted_member_found_for_reactivation",
    "members_emails.unlink_retired_email": "email_not_found",
}


@everywhere
def test_the_unspoilt_request_is_good(own_world, endpoint):
    """Or the rest of this file would prove nothing."""
    answer = own_world.send(endpoint, own_world.good(endpoint))
    if endpoint.name in REFUSED:
        assert refusal(answer)[1] == REFUSED[endpoint.name]
    else:
        assert answer.status_code == 200, answer.text


MALFORMED = {
    "cut off": b'{"organization_id": "acme"',
    "trailing comma": b'{"organization_id": "acme",}',
    "trailing words": b"{} and more",
    "single quotes": b"{'organization_id': 'acme'}",
    "an array": b"[]",
    "a string": b'"acme"',
    "a number": b"5",
    "true": b"true",
    "NaN": b'{"organization_id": NaN}',
    "a form": b"organization_id=acme&email_address=ada%40acme.test",
    "invalid UTF-8": b'{"organization_id": "\xff\xfe"}',
    "UTF-16": '{"organization_id": "acme"}'.encode("utf-16"),
    "a byte-order mark": b"\xef\xbb\xbf{}",
    "a NUL": b"\x00",
    "deep arrays": b'{"organization_id": ' + b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "half a surrogate": b'{"organization_id": "\\ud800"}',
}


@everywhere
def test_a_malformed_body(world, findings, endpoint, uncollected):
    path = endpoint.path.format(**world.values)
    for cell, body in MALFORMED.items():
        answer = world.http.request(endpoint.method, path, content=body)
        if findings.expect_refusal(cell, answer) not in ("bad_request", ""):
            findings.append(f"{cell}: {answer.text}")


@everywhere
def test_a_body_that_is_too_large(world, endpoint):
    path = endpoint.path.format(**world.values)
    padding = b'{"padding": "' + b"x" * 1_100_000 + b'"}'
    assert refusal(world.http.request(endpoint.method, path, content=padding)) == (413, "bad_request")


SAMPLES = {"string": "x", "integer": 7, "fraction": 1.5, "boolean": True, "array": ["x"], "object": {"x": "y"}}


@endpoints(lambda e: e.method != "GET" and in_body(e))
def test_a_wrong_type(world, findings, endpoint):
    for field in in_body(endpoint):
        for name, sample in SAMPLES.items():
            if name != wire_type(endpoint, field):
                sent = {**world.good(endpoint), field: sample}
                findings.expect_refusal(f"{field} is of type {name}", world.send(endpoint, sent))


@endpoints(lambda e: e.method != "GET" and any(wire_type(e, f) in ("array", "object") for f in in_body(e)))
def test_a_wrong_type_inside(world, findings, endpoint):
    """Lists of strings, objects in lists, objects in fields."""
    for field in in_body(endpoint):
        wrong = []
        if wire_type(endpoint, field) == "array":
            wrong = [[7], [None], [["x"]], [{}], [{"domain": 7, "role_id": "stytch_admin"}], [{"domain": "acme.test"}]]
            if field.endswith("connection_implicit_role_assignments"):  # a domain is nothing there, and ignored
                wrong.remove([{"domain": 7, "role_id": "stytch_admin"}])
        elif field == "allowed_oauth_tenants":
            wrong = [{"slack": 7}, {"slack": "T1"}, {"slack": [7]}, {"google": ["T1"]}]
        elif field == "authorization_check":
            wrong = [{}, {"organization_id": 7}, {"organization_id": "acme", "resource_id": 7, "action": "*"}]
        elif field == "attribute_mapping":
            wrong = [{"email": 7}, {"email": ["x"]}, {"email": {"x": "y"}}, {"email": None}, {"email": ""}]
        elif field == "org_policy":
            role = {"role_id": "chef", "permissions": [{"resource_id": "stytch.self", "actions": ["delete"]}]}
            wrong = [{"roles": 7}, {"roles": ["x"]}, {"roles": [{}]}, {"roles": [{**role, "permissions": [7]}]}]
            wrong.append({"roles": [{**role, "permissions": [{"resource_id": "stytch.self", "actions": [7]}]}]})
        elif field == "query":
            wrong = [{"operator": 7}, {"operands": 7}, {"operands": {}}, {"operands": [7]}, {"operator": "XOR"}]
        for value in wrong:
            answer = world.send(endpoint, {**world.good(endpoint), field: value})
            findings.expect_refusal(f"{field} = {value}", answer)


WRONG_WORDS = {"integer": ["", "x", "1.5", "1e400", "0x10", "ten"], "boolean": ["x", "2", "yes", "-1"]}


@endpoints(lambda e: e.method == "GET" and any(wire_type(e, f) in WRONG_WORDS for f in in_body(e)))
def test_a_wrong_word_in_a_query(world, findings, endpoint):
    for field in in_body(endpoint):
        for word in WRONG_WORDS.get(wire_type(endpoint, field), []):
            answer = world.send(endpoint, {**world.good(endpoint), field: word})
            findings.expect_refusal(f"{field}={word}", answer)


EMPTY_IS_FINE = [
    ("passwords.strength_check", ""),  # what somebody has typed so far
    ("m2m.create", []),  # a client without scopes
    ("idp.start", []),  # an app that wants to know that somebody is there, and no more
    ("idp.authorize", []),
]


@endpoints(lambda e: set(required(e)) - in_path(e))
def test_a_required_field_is_missing(world, findings, endpoint):
    for field in required(endpoint):
        if field not in in_path(endpoint):
            good = world.good(endpoint)
            absent = {name: value for name, value in good.items() if name != field}
            types = {findings.expect_refusal(f"{field} missing", world.send(endpoint, absent))}
            for empty in (None, [] if wire_type(endpoint, field) == "array" else ""):
                if not (endpoint.method == "GET" and empty is None) and (endpoint.name, empty) not in EMPTY_IS_FINE:
                    cell = f"{field} = {empty!r}"
                    types.add(findings.expect_refusal(cell, world.send(endpoint, {**good, field: empty})))
            if len(types) != 1:
                findings.append(f"{field}: absent, null and empty are answered differently: {types}")


# Ids and tokens that are well-formed and unknown.
UNKNOWN = {
    "organization_id": "organization-test-11111111-1111-4111-8111-111111111111",
    "organization_ids": ["organization-test-11111111-1111-4111-8111-111111111111"],
    "member_id": "member-test-11111111-1111-4111-8111-111111111111",
    "member_password_id": "member-password-test-11111111-1111-4111-8111-111111111111",
    "member_session_id": "member-session-test-11111111-1111-4111-8111-111111111111",
    "invited_by_member_id": "member-test-11111111-1111-4111-8111-111111111111",
    "session_token": "x" * 44,
    "intermediate_session_token": "x" * 44,
    "magic_links_token": "x" * 44,
    "oauth_token": "x" * 44,
    "discovery_oauth_token": "x" * 44,
    "discovery_magic_links_token": "x" * 44,
    "profile_id": "trusted-auth-token-profile-test-11111111-1111-4111-8111-111111111112",
    "email_id": "member-email-test-11111111-1111-4111-8111-111111111111",
    "sso_token": "x" * 44,
    "connection_id": "saml-connection-test-11111111-1111-4111-8111-111111111111",
    "external_connection_id": "saml-connection-test-11111111-1111-4111-8111-111111111111",
    "external_organization_id": "organization-test-11111111-1111-4111-8111-111111111111",
    "certificate_id": "saml-verification-key-test-11111111-1111-4111-8111-111111111111",
    "private_key_id": "saml-encryption-key-test-11111111-1111-4111-8111-111111111111",
}


# How an endpoint says that it was told of somebody in more than one way, or that there is nobody, whoever that is.
SEVERAL = ("too_many_", "no_oauth_authorize_member_selector", "no_active_scim_connection")


@endpoints(lambda e: UNKNOWN.keys() & set(e.request.__struct_fields__))
def test_an_unknown_id(world, findings, endpoint):
    for field in UNKNOWN.keys() & set(endpoint.request.__struct_fields__):
        if field in FREE_AT.get(endpoint.name, ()):
            continue
        sent = world.good(endpoint) | {field: UNKNOWN[field]}
        if field == "session_token" and "intermediate_session_token" in sent:
            del sent["intermediate_session_token"]
        answer = world.send(endpoint, sent)
        error_type = findings.expect_refusal(f"{field} unknown", answer)
        if error_type and answer.status_code != 404 and not error_type.startswith(SEVERAL):
            findings.append(f"{field}: {answer.text}")


@endpoints(lambda e: {"organization_id", "member_id"} <= set(e.request.__struct_fields__))
def test_an_id_of_another_organization(world, findings, endpoint):
    """Whoever names a member of one organization in another reaches nobody."""
    mixed = world.good(endpoint) | {"member_id": world.bob.member_id}
    findings.expect_refusal("a member of another one", world.send(endpoint, mixed))
    mixed = world.good(endpoint) | {"member_id": world.ada.member_id, "organization_id": world.globex.organization_id}
    findings.expect_refusal("another one", world.send(endpoint, mixed))


@endpoints(lambda e: UNKNOWN.keys() & {*required(e), *ALSO.get(e.name, [])})
def test_an_id_of_another_project(world, findings, endpoint, mock):
    """A request that one project takes, sent with another's credentials, meets nothing."""
    mock.configure(cross_org_passwords_enabled=True)
    answer = world.send(endpoint, world.good(endpoint), auth=(mock.project_id, mock.secret))
    if findings.expect_refusal("another project's", answer) and answer.status_code != 404:
        findings.append(answer.text)


HOSTILE = {
    "over-long": "x" * 100_000,
    "a NUL": "a\x00b",
    "a line break": "a\r\nb",
    "blanks": "   ",
    "zero width": "\u200b\u200d\ufeff",
    "right to left": "\u202eexe.txt",
    "emoji": "👩‍🚀",
    "a combining pile": "e" + "\u0301" * 200,
    "a non-character": "\uffff",
    "quotes": "'; DROP TABLE members; --",
    "a template": "{{7*7}}${7*7}<script>",
    "a path": "../../etc/passwd",
    "percent": "%00%ff%",
}
# Text that may be anything: names that people choose, and template ids, which are not checked by default.
FREE = {"name", "organization_name", "login_template_id", "signup_template_id", "invite_template_id"}
FREE |= {"reset_password_template_id", "verify_email_template_id"}
FREE |= {"client_name", "client_description", "logo_url"}
FREE |= {"prompt", "state", "nonce"}  # the app's own business
FREE |= {"organization_logo_url"}  # its length is limited, its form isn't
FREE |= {"display_name", "idp_entity_id", "alternative_audience_uri", "nameid_format"}  # the same
FREE |= {"client_id", "client_secret", "custom_scopes"}
FINE = {("email_address", "blanks"): "blanks around an address are cut off: nothing is left, as if it were absent"}

TEMPLATES = {"access_token_template_content", "id_token_template_content"}  # blanks are none

# Text that may be anything at some endpoints only: a strong password, or one that is but looked at; a description.
FREE_AT = {
    "connected_apps.create": {"access_token_custom_audience", *TEMPLATES},
    "connected_apps.update": {"access_token_custom_audience", *TEMPLATES},
    "m2m.create": {"client_secret"},
    "fraud.email_risk": {"email_address"},  # whether it is one is what is asked
    "fraud.override_reason": {"override_description"},
    "fraud.set_rule": {"description"},
    "oauth.discovery_authenticate": {"session_token", "session_jwt"},  # sent along by habit: nobody is logged in yet
    "sessions_migrate.migrate": {"session_token"},  # somebody else's token, in a form that they choose
    "passwords.email_reset": {"password"},
    "passwords.existing_password_reset": {"new_password"},
    "passwords.session_reset": {"password"},
    "passwords.strength_check": {"password"},
    "passwords_discovery.email_reset": {"password"},
}


@endpoints(lambda e: any(wire_type(e, f) == "string" for f in e.request.__struct_fields__))
def test_a_hostile_string(own_world, findings, endpoint):
    for field in endpoint.request.__struct_fields__:
        if wire_type(endpoint, field) != "string":
            continue
        for name, text in HOSTILE.items():
            if endpoint.method == "GET" or field in in_path(endpoint):
                text = text[:10_000]  # what a request line can hold
            answer = own_world.send(endpoint, {**own_world.good(endpoint), field: text})
            fine = field in FREE or (field, name) in FINE or field in FREE_AT.get(endpoint.name, ())
            if answer.status_code == 200 and fine:
                continue
            findings.expect_refusal(f"{field}: {name}", answer)


NUMBERS = ["-1", "4", "527041", "10081", "2147483648", "9223372036854775808", "1e400", "-1e400", "1" + "0" * 5000]

FINE_NUMBERS = {("limit", "4"), ("access_token_expiry_minutes", "4"), ("session_duration_minutes", "10081")}
FINE_NUMBERS |= {("expires_in_minutes", number) for number in ("4", "10081", "527041")}


@endpoints(lambda e: any(wire_type(e, f) == "integer" for f in in_body(e)))
def test_a_number_out_of_range(world, findings, endpoint):
    for field in in_body(endpoint):
        if wire_type(endpoint, field) != "integer":
            continue
        for number in NUMBERS:
            if (field, number) in FINE_NUMBERS or (endpoint.name.startswith("otp_email") and number == "4"):
                continue
            rest = world.good(endpoint)
            body = json.dumps({k: v for k, v in rest.items() if k not in in_path(endpoint)} | {field: "?"})
            path = endpoint.path.format(**rest)
            answer = world.http.request(endpoint.method, path, content=body.replace('"?"', number))
            findings.expect_refusal(f"{field} = {number[:20]}", answer)


WRONG_CREDENTIALS = {
    "none": ({}, 401, "invalid_authorization_header"),
    "empty": ({"Authorization": ""}, 401, "invalid_authorization_header"),
    "Bearer": ({"Authorization": "Bearer abc"}, 401, "invalid_authorization_header"),
    "no value": ({"Authorization": "Basic"}, 401, "invalid_authorization_header"),
    "no base64": ({"Authorization": "Basic !!!"}, 401, "invalid_authorization_header"),
    "no UTF-8": ({"Authorization": "Basic //79"}, 401, "invalid_authorization_header"),
    "no colon": ({"Authorization": "Basic YWJj"}, 401, "invalid_authorization_header"),
}


@endpoints(lambda e: not e.public)
def test_wrong_credentials(world, findings, endpoint):
    mock = world.given.mock
    uuid = mock.project_id.removeprefix("project-test-")
    wrong = {
        "a wrong secret": (mock.project_id, "wrong", 401, "unauthorized_credentials"),
        "no secret": (mock.project_id, "", 400, "invalid_secret_authentication"),
        "a blank more": (f"{mock.project_id} ", mock.secret, 400, "invalid_project_id_authentication"),
        "upper case": (f"project-test-{uuid.upper()}X", mock.secret, 400, "invalid_project_id_authentication"),
        "no id": ("", mock.secret, 400, "invalid_project_id_authentication"),
        "another kind of id": (f"organization-test-{uuid}", mock.secret, 400, "invalid_project_id_authentication"),
        "a live id": (f"project-live-{uuid}", mock.secret, 400, "wrong_stack_live"),
    }
    for cell, (user, password, status, error_type) in wrong.items():
        answer = world.send(endpoint, world.good(endpoint), auth=(user, password))
        if findings.expect_refusal(cell, answer) and refusal(answer) != (status, error_type):
            findings.append(f"{cell}: {answer.text}")
    for cell, (headers, status, error_type) in WRONG_CREDENTIALS.items():
        request = world.http.build_request(endpoint.method, endpoint.path.format(**world.values), headers=headers)
        answer = world.http.send(request, auth=None)
        if findings.expect_refusal(cell, answer) and refusal(answer) != (status, error_type):
            findings.append(f"{cell}: {answer.text}")


@endpoints(lambda e: not e.public)
def test_a_wrong_member_session(world, findings, endpoint):
    """Whoever acts as a member must be one, also where the operation asks for no permission."""
    for headers, error_type in [
        ({"X-Stytch-Member-Session": "x"}, "session_not_found"),
        ({"X-Stytch-Member-Session": "x" * 44}, "session_not_found"),
        ({"X-Stytch-Member-Session": b"\xff\xfe"}, "session_not_found"),
        ({"X-Stytch-Member-SessionJWT": "x"}, "unable_to_parse_session_jwt"),
        ({"X-Stytch-Member-SessionJWT": b"\xff.\xfe.\xfd"}, "unable_to_parse_session_jwt"),
        ({"X-Stytch-Member-SessionJWT": "e30.e30.e30"}, "unable_to_parse_session_jwt"),
        ({"X-Stytch-Member-Session": "x" * 44, "X-Stytch-Member-SessionJWT": "x"}, "too_many_session_arguments"),
    ]:
        answer = world.send(endpoint, world.good(endpoint), headers=headers)
        if findings.expect_refusal(str(headers), answer) not in (error_type, ""):
            findings.append(f"{headers}: {answer.text}")


@everywhere
def test_a_wrong_method(world, findings, endpoint):
    path = endpoint.path.format(**world.values)
    doors = [*GAPS, *((e.method, e.path) for e in ENDPOINTS.values())]
    known = {method for method, template in doors if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"} - known:
        answer = world.http.request(method, path)
        if findings.expect_refusal(method, answer) not in ("route_not_found", ""):
            findings.append(f"{method}: {answer.text}")


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/", "/v1/b2b", "/v1/b2b/organisations", "/v2/b2b/organizations", "/v1/b2b/organizations/a/b/c/d", "/x"],
)
def test_an_unknown_route(http, path):
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert refusal(http.request(method, path)) == (404, "route_not_found")


@pytest.mark.parametrize(
    "odd", ["%ff", "%00", "%2e%2e", "%252f", "%", "%zz", "%E2%80%8B", "+", "*", "a;b", "a=b&c", "~"]
)
def test_an_odd_path_and_query(http, odd):
    assert refusal(http.get(f"/v1/b2b/organizations/{odd}"))[0] in (400, 404)
    assert refusal(http.delete(f"/v1/b2b/organizations/acme/members/{odd}?{odd}&{odd}={odd}"))[0] in (400, 404)
    assert refusal(http.get(f"/v1/b2b/sessions?organization_id={odd}&{odd}"))[0] in (400, 404)


@everywhere
def test_a_trailing_slash_is_another_route(world, endpoint):
    answer = world.http.request(endpoint.method, endpoint.path.format(**world.values) + "/", follow_redirects=False)
    assert refusal(answer) == (404, "route_not_found")


def _nested(depth):
    value = 1
    for _ in range(depth):
        value = {"a": value}
    return value


ODD = {
    "a NUL in a key": '{"a\\u0000b": 1}',
    "an empty key": '{"": ""}',
    "a key twice": '{"a": 1, "a": 2}',
    "emoji": '{"👩‍🚀": "🏳️‍🌈"}',
    "half a surrogate": '{"a": "\\ud800"}',
    "a non-character": '{"a": "\\uffff"}',
    "a line separator": '{"a": "\\u2028</script>"}',
    "nested 100 deep": json.dumps(_nested(100)),
    "nested 400 deep": json.dumps(_nested(400)),
    "nested 5000 deep": '{"a":' * 5000 + "1" + "}" * 5000,
    "2^53 + 1": '{"a": 9007199254740993}',
    "2^64": '{"a": 18446744073709551616}',
    "400 digits": '{"a": ' + "9" * 400 + "}",
    "4000 digits": '{"a": ' + "9" * 4000 + "}",
    "infinity": '{"a": 1e400}',
    "minus zero": '{"a": -0.0}',
    "a claim of the house": '{"https://stytch.com/organization": {}}',
    "reserved claims": '{"sub": "x", "exp": 0, "iss": null}',
}


def owner_of(endpoint):
    """The object of an answer that has the metadata."""
    if endpoint.name.startswith("m2m."):
        return "m2m_client"
    return "organization" if endpoint.name.startswith(("organizations", "discovery")) else "member"


@endpoints(lambda e: {"trusted_metadata", "untrusted_metadata", "session_custom_claims"} & set(in_body(e)))
def test_odd_metadata_is_taken_or_refused(own_world, findings, endpoint):
    """Metadata and claims are the caller's: whatever JSON can say is kept as it came, or refused, and never a fault."""
    for field in {"trusted_metadata", "untrusted_metadata", "session_custom_claims"} & set(in_body(endpoint)):
        for name, text in ODD.items():
            good = own_world.good(endpoint)
            rest = {k: v for k, v in good.items() if k not in in_path(endpoint)}
            body = json.dumps(rest | {field: "?"}).replace('"?"', text).encode()
            answer = own_world.http.request(endpoint.method, endpoint.path.format(**good), content=body)
            if answer.status_code != 200:
                findings.expect_refusal(f"{field}: {name}", answer)
            elif "metadata" in field and name not in ("a key twice", "half a surrogate"):
                kept = answer.json()[owner_of(endpoint)][field]
                wanted = json.loads(text)
                if any(kept.get(key) != value for key, value in wanted.items() if value is not None):
                    findings.append(f"{field}: {name}: became {kept}"[:200])
