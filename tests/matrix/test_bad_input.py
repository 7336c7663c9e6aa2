"""Valid requests to each endpoint with one change that must cause an error."""

import json
import re

import pytest

from mockstytch.gaps import GAPS
from tests.matrix.endpoints import ENDPOINTS, EXTRA_FIELDS, body_fields, json_type, path_fields, required_fields
from tests.support.errors import error_of
from tests.support.payloads import HOSTILE, MALFORMED, SAMPLES, UNUSUAL_OBJECTS


def endpoints(where=lambda endpoint: True):
    """Make a test of each endpoint that fits."""
    chosen = {name: endpoint for name, endpoint in ENDPOINTS.items() if where(endpoint)}
    return pytest.mark.parametrize("endpoint", chosen.values(), ids=list(chosen))


everywhere = endpoints()

# Valid requests that the sample project doesn't allow, and the errors that they cause.
REFUSED = {
    "discovery.exchange": "email_jit_provisioning_not_allowed",
    "magic_links.login_or_signup": "email_jit_provisioning_not_allowed",
    "members.delete_password": "cross_org_passwords_enabled",
    "members.reactivate": "no_deleted_member_found_for_reactivation",
    "members_emails.unlink_retired_email": "email_not_found",
}


# The errors of fields that have one for a wrong JSON type.
OWN_TYPE_ERRORS = ("metadata_invalid_format", "invalid_oauth_allowed_tenants_format")


@everywhere
def test_valid_request_succeeds(own_project, endpoint):
    """The other tests of this file change one field of this request."""
    response = own_project.send(endpoint, own_project.valid_request(endpoint))
    if endpoint.name in REFUSED:
        assert error_of(response)[1] == REFUSED[endpoint.name]
    else:
        assert response.status_code == 200, response.text


@everywhere
def test_malformed_body_is_refused(project, failures, endpoint, uncollected):
    path = endpoint.path.format(**project.values)
    for cell, body in MALFORMED.items():
        response = project.http.request(endpoint.method, path, content=body)
        if failures.expect_error(cell, response) not in ("bad_request", ""):
            failures.append(f"{cell}: {response.text}")


@everywhere
def test_oversized_body_is_refused(project, endpoint):
    path = endpoint.path.format(**project.values)
    padding = b'{"padding": "' + b"x" * 1_100_000 + b'"}'
    assert error_of(project.http.request(endpoint.method, path, content=padding)) == (413, "bad_request")


@endpoints(lambda e: e.method != "GET" and body_fields(e))
def test_wrong_type_is_refused(project, failures, endpoint):
    for field in body_fields(endpoint):
        for name, sample in SAMPLES.items():
            if name != json_type(endpoint, field):
                sent = {**project.valid_request(endpoint), field: sample}
                response = project.send(endpoint, sent)
                error_type = failures.expect_error(f"{field} is of type {name}", response)
                if error_type not in ("invalid_argument", *OWN_TYPE_ERRORS):
                    failures.append(f"{field} is of type {name}: {response.text}")


@endpoints(lambda e: e.method != "GET" and any(json_type(e, f) in ("array", "object") for f in body_fields(e)))
def test_wrong_type_inside_a_value_is_refused(project, failures, endpoint):
    """Lists of strings, objects in lists, objects in fields."""
    for field in body_fields(endpoint):
        wrong = []
        if json_type(endpoint, field) == "array":
            wrong = [[7], [None], [["x"]], [{}], [{"domain": 7, "role_id": "stytch_admin"}], [{"domain": "acme.test"}]]
            if field.endswith("connection_implicit_role_assignments"):  # an unknown key there, which is ignored
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
            response = project.send(endpoint, {**project.valid_request(endpoint), field: value})
            failures.expect_error(f"{field} = {value}", response)


WRONG_WORDS = {"integer": ["", "x", "1.5", "1e400", "0x10", "ten"], "boolean": ["x", "2", "yes", "-1"]}


@endpoints(lambda e: e.method == "GET" and any(json_type(e, f) in WRONG_WORDS for f in body_fields(e)))
def test_unparsable_query_value_is_refused(project, failures, endpoint):
    for field in body_fields(endpoint):
        for word in WRONG_WORDS.get(json_type(endpoint, field), []):
            response = project.send(endpoint, {**project.valid_request(endpoint), field: word})
            failures.expect_error(f"{field}={word}", response)


EMPTY_IS_FINE = [
    ("passwords.strength_check", ""),  # the password field may still be empty
    ("totp.migrate", []),  # ten codes are generated
    ("m2m.create", []),  # a client without scopes
    ("idp.start", []),  # an app that needs no scope
    ("idp.authorize", []),
]


@endpoints(lambda e: set(required_fields(e)) - path_fields(e))
def test_missing_required_field_is_refused(project, failures, endpoint):
    for field in required_fields(endpoint):
        if field not in path_fields(endpoint):
            valid = project.valid_request(endpoint)
            absent = {name: value for name, value in valid.items() if name != field}
            types = {failures.expect_error(f"{field} missing", project.send(endpoint, absent))}
            empty_values = {"array": [[]], "string": [""]}.get(json_type(endpoint, field), [])  # only text can be ""
            for empty in (None, *empty_values):
                if not (endpoint.method == "GET" and empty is None) and (endpoint.name, empty) not in EMPTY_IS_FINE:
                    cell = f"{field} = {empty!r}"
                    types.add(failures.expect_error(cell, project.send(endpoint, {**valid, field: empty})))
            if len(types) != 1:
                failures.append(f"{field}: absent, null and empty have different errors: {types}")


# Well-formed ids and tokens that don't exist.
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


# Errors about the combination of fields, which come before the check of an id.
SEVERAL = ("too_many_", "no_oauth_authorize_member_selector", "no_active_scim_connection")


@endpoints(lambda e: UNKNOWN.keys() & set(e.request.__struct_fields__))
def test_unknown_id_is_refused(project, failures, endpoint):
    for field in UNKNOWN.keys() & set(endpoint.request.__struct_fields__):
        if field in FREE_AT.get(endpoint.name, ()):
            continue
        sent = project.valid_request(endpoint) | {field: UNKNOWN[field]}
        if field == "session_token" and "intermediate_session_token" in sent:
            del sent["intermediate_session_token"]
        response = project.send(endpoint, sent)
        error_type = failures.expect_error(f"{field} unknown", response)
        inferred = "external_connection_id_not_found"  # not in the documented list of 404 errors
        if error_type and response.status_code != 404 and not error_type.startswith((*SEVERAL, inferred)):
            failures.append(f"{field}: {response.text}")


@endpoints(lambda e: {"organization_id", "member_id"} <= set(e.request.__struct_fields__))
def test_id_of_another_organization_is_refused(project, failures, endpoint):
    """A member's id is valid in its own organization only."""
    mixed = project.valid_request(endpoint) | {"member_id": project.bob.member_id}
    failures.expect_error("a member of another organization", project.send(endpoint, mixed))
    mixed = project.valid_request(endpoint) | {
        "member_id": project.ada.member_id,
        "organization_id": project.globex.organization_id,
    }
    failures.expect_error("another organization", project.send(endpoint, mixed))


@endpoints(lambda e: UNKNOWN.keys() & {*required_fields(e), *EXTRA_FIELDS.get(e.name, [])})
def test_id_of_another_project_is_refused(project, failures, endpoint, mock):
    """Objects of one project aren't found with the credentials of another."""
    mock.configure(cross_org_passwords_enabled=True)
    response = project.send(endpoint, project.valid_request(endpoint), auth=(mock.project_id, mock.secret))
    if failures.expect_error("another project's", response) and response.status_code != 404:
        failures.append(response.text)


# Fields that accept any text: names, and template ids, which are not checked by default.
FREE = {"name", "organization_name", "login_template_id", "signup_template_id", "invite_template_id"}
FREE |= {"reset_password_template_id", "verify_email_template_id"}
FREE |= {"client_name", "client_description", "logo_url"}
FREE |= {"prompt", "state", "nonce"}  # passed through to the app
FREE |= {"organization_logo_url"}  # its length is limited, its form isn't
FREE |= {"display_name", "idp_entity_id", "alternative_audience_uri", "nameid_format"}  # the same
FREE |= {"client_id", "client_secret", "custom_scopes"}
FINE = {("email_address", "blanks"): "blanks around an address are removed; an empty address counts as absent"}

TEMPLATES = {"access_token_template_content", "id_token_template_content"}  # blanks aren't a template

# Fields that accept any text at one endpoint, such as new passwords and descriptions.
CHOICES = {  # the list ignores them; creating an organization checks them
    "sso_jit_provisioning",
    "email_jit_provisioning",
    "email_invites",
    "auth_methods",
    "mfa_policy",
    "mfa_methods",
    "oauth_tenant_jit_provisioning",
    "first_party_connected_apps_allowed_type",
    "third_party_connected_apps_allowed_type",
}
FREE_AT = {
    "discovery.list": CHOICES,
    "connected_apps.create": {"access_token_custom_audience", *TEMPLATES},
    "connected_apps.update": {"access_token_custom_audience", *TEMPLATES},
    "m2m.create": {"client_secret"},
    "fraud.email_risk": {"email_address"},  # the endpoint checks the address
    "fraud.override_reason": {"override_description"},
    "fraud.set_rule": {"description"},
    "oauth.discovery_authenticate": {"session_token", "session_jwt"},  # ignored here
    "sessions_migrate.migrate": {"session_token"},  # a token of another provider, in any format
    "passwords.email_reset": {"password"},
    "passwords.existing_password_reset": {"new_password"},
    "passwords.session_reset": {"password"},
    "passwords.strength_check": {"password"},
    "passwords_discovery.email_reset": {"password"},
}


@endpoints(lambda e: any(json_type(e, f) == "string" for f in e.request.__struct_fields__))
def test_hostile_string_is_stored_or_refused(own_project, failures, endpoint):
    for field in endpoint.request.__struct_fields__:
        if json_type(endpoint, field) != "string":
            continue
        for name, text in HOSTILE.items():
            if endpoint.method == "GET" or field in path_fields(endpoint):
                text = text[:10_000]  # limit of a request line
            response = own_project.send(endpoint, {**own_project.valid_request(endpoint), field: text})
            fine = field in FREE or (field, name) in FINE or field in FREE_AT.get(endpoint.name, ())
            if response.status_code == 200 and fine:
                continue
            if response.status_code == 200:
                failures.append(f"{field} accepts {name}: if any text is valid here, add it to FREE_AT in {__file__}")
            failures.expect_error(f"{field}: {name}", response)


NUMBERS = ["-1", "4", "527041", "10081", "2147483648", "9223372036854775808", "1e400", "-1e400", "1" + "0" * 5000]

FINE_NUMBERS = {("limit", "4"), ("access_token_expiry_minutes", "4"), ("session_duration_minutes", "10081")}
FINE_NUMBERS |= {("expires_in_minutes", number) for number in ("4", "10081", "527041")}


@endpoints(lambda e: any(json_type(e, f) == "integer" for f in body_fields(e)))
def test_number_out_of_range_is_refused(project, failures, endpoint):
    for field in body_fields(endpoint):
        if json_type(endpoint, field) != "integer":
            continue
        for number in NUMBERS:
            if (field, number) in FINE_NUMBERS or (endpoint.name.startswith("otp_email") and number == "4"):
                continue
            rest = project.valid_request(endpoint)
            body = json.dumps({k: v for k, v in rest.items() if k not in path_fields(endpoint)} | {field: "?"})
            path = endpoint.path.format(**rest)
            response = project.http.request(endpoint.method, path, content=body.replace('"?"', number))
            failures.expect_error(f"{field} = {number[:20]}", response)


WRONG_CREDENTIALS = {
    "none": ({}, 400, "invalid_authorization_header"),
    "empty": ({"Authorization": ""}, 400, "invalid_authorization_header"),
    "Bearer": ({"Authorization": "Bearer abc"}, 400, "invalid_authorization_header"),
    "no value": ({"Authorization": "Basic"}, 400, "invalid_authorization_header"),
    "no base64": ({"Authorization": "Basic !!!"}, 400, "invalid_authorization_header"),
    "no UTF-8": ({"Authorization": "Basic //79"}, 400, "invalid_authorization_header"),
    "no colon": ({"Authorization": "Basic YWJj"}, 400, "invalid_authorization_header"),
}


@endpoints(lambda e: not e.public)
def test_wrong_credentials_are_refused(project, failures, endpoint):
    mock = project.given.mock
    uuid = mock.project_id.removeprefix("project-test-")
    wrong = {
        "a wrong secret": (mock.project_id, "wrong", 401, "unauthorized_credentials"),
        "no secret": (mock.project_id, "", 400, "invalid_secret_authentication"),
        "a trailing blank": (f"{mock.project_id} ", mock.secret, 400, "invalid_project_id_authentication"),
        "upper case": (f"project-test-{uuid.upper()}X", mock.secret, 400, "invalid_project_id_authentication"),
        "no id": ("", mock.secret, 400, "invalid_project_id_authentication"),
        "another kind of id": (f"organization-test-{uuid}", mock.secret, 400, "invalid_project_id_authentication"),
        "a live id": (f"project-live-{uuid}", mock.secret, 400, "wrong_stack_live"),
    }
    if endpoint.is_fraud:
        wrong["a wrong secret"] = (mock.project_id, "wrong", 401, "unauthorized_credentials_error")
    for cell, (user, password, status, error_type) in wrong.items():
        response = project.send(endpoint, project.valid_request(endpoint), auth=(user, password))
        if failures.expect_error(cell, response) and error_of(response) != (status, error_type):
            failures.append(f"{cell}: {response.text}")
    for cell, (headers, status, error_type) in WRONG_CREDENTIALS.items():
        request = project.http.build_request(endpoint.method, endpoint.path.format(**project.values), headers=headers)
        response = project.http.send(request, auth=None)
        if failures.expect_error(cell, response) and error_of(response) != (status, error_type):
            failures.append(f"{cell}: {response.text}")


@endpoints(lambda e: not e.public)
def test_invalid_member_session_is_refused(project, failures, endpoint):
    """A member session must be valid even if the operation needs no permission."""
    for headers, error_type in [
        ({"X-Stytch-Member-Session": "x"}, "session_not_found"),
        ({"X-Stytch-Member-Session": "x" * 44}, "session_not_found"),
        ({"X-Stytch-Member-Session": b"\xff\xfe"}, "session_not_found"),
        ({"X-Stytch-Member-SessionJWT": "x"}, "unable_to_parse_session_jwt"),
        ({"X-Stytch-Member-SessionJWT": b"\xff.\xfe.\xfd"}, "unable_to_parse_session_jwt"),
        ({"X-Stytch-Member-SessionJWT": "e30.e30.e30"}, "unable_to_parse_session_jwt"),
        ({"X-Stytch-Member-Session": "x" * 44, "X-Stytch-Member-SessionJWT": "x"}, "too_many_session_arguments"),
    ]:
        response = project.send(endpoint, project.valid_request(endpoint), headers=headers)
        if failures.expect_error(str(headers), response) not in (error_type, ""):
            failures.append(f"{headers}: {response.text}")


@everywhere
def test_wrong_method_is_not_found(project, failures, endpoint):
    path = endpoint.path.format(**project.values)
    routes = [*GAPS, *((e.method, e.path) for e in ENDPOINTS.values())]
    known = {method for method, template in routes if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"} - known:
        response = project.http.request(method, path)
        if failures.expect_error(method, response) not in ("route_not_found", ""):
            failures.append(f"{method}: {response.text}")


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/", "/v1/b2b", "/v1/b2b/organisations", "/v2/b2b/organizations", "/v1/b2b/organizations/a/b/c/d", "/x"],
)
def test_unknown_route_is_not_found(http, path):
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert error_of(http.request(method, path)) == (404, "route_not_found")


@pytest.mark.parametrize(
    "odd", ["%ff", "%00", "%2e%2e", "%252f", "%", "%zz", "%E2%80%8B", "+", "*", "a;b", "a=b&c", "~"]
)
def test_unusual_path_and_query_are_refused(http, given, odd):
    given.organization(organization_slug="acme")
    is_slug = odd in ("%2e%2e", "~")
    unknown = (404, "organization_not_found") if is_slug else (400, "invalid_organization_id")
    assert error_of(http.get(f"/v1/b2b/organizations/{odd}")) == unknown
    member_path = f"/v1/b2b/organizations/acme/members/{odd}?{odd}&{odd}={odd}"
    assert error_of(http.delete(member_path)) == (404, "member_not_found")
    assert error_of(http.get(f"/v1/b2b/sessions?organization_id={odd}&{odd}")) == (404, "member_not_found")


@everywhere
def test_trailing_slash_is_not_found(project, endpoint):
    response = project.http.request(
        endpoint.method, endpoint.path.format(**project.values) + "/", follow_redirects=False
    )
    assert error_of(response) == (404, "route_not_found")


def owner_of(endpoint):
    """Return the key of the object with the metadata in a response."""
    if endpoint.name.startswith("m2m."):
        return "m2m_client"
    return "organization" if endpoint.name.startswith(("organizations", "discovery")) else "member"


@endpoints(lambda e: {"trusted_metadata", "untrusted_metadata", "session_custom_claims"} & set(body_fields(e)))
def test_unusual_metadata_is_stored_or_refused(own_project, failures, endpoint):
    """Metadata and claims are stored unchanged, or refused."""
    for field in {"trusted_metadata", "untrusted_metadata", "session_custom_claims"} & set(body_fields(endpoint)):
        for name, text in UNUSUAL_OBJECTS.items():
            valid = own_project.valid_request(endpoint)
            rest = {k: v for k, v in valid.items() if k not in path_fields(endpoint)}
            body = json.dumps(rest | {field: "?"}).replace('"?"', text).encode()
            response = own_project.http.request(endpoint.method, endpoint.path.format(**valid), content=body)
            if response.status_code != 200:
                failures.expect_error(f"{field}: {name}", response)
            elif "metadata" in field and name not in ("a key twice", "half a surrogate"):
                stored = response.json()[owner_of(endpoint)][field]
                if any(stored.get(key) != value for key, value in json.loads(text).items() if value is not None):
                    failures.append(f"{field}: {name}: became {stored}"[:200])
