"""The example flows with requests as the SDKs of other languages send them. They must succeed as in Python."""

import json
from base64 import b64encode
from typing import Any, get_args
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import httpx
import pydantic
import pytest
import requests
import stytch

from mockstytch import MockStytch
from mockstytch.surfaces.endpoint import Request
from mockstytch.surfaces.validation import parse
from tests.contract.operations import find_operation
from tests.contract.stories import STORIES
from tests.matrix.endpoints import ENDPOINTS
from tests.support.errors import error_of
from tests.support.given import Given


class Sent:
    """The parts of a request that the Python SDK is about to send."""

    def __init__(self, request: requests.PreparedRequest) -> None:
        url = urlsplit(request.url)
        self.root, self.path, self.request = f"{url.scheme}://{url.netloc}", url.path, request
        self.query = dict(parse_qsl(url.query, keep_blank_values=True))
        self.is_form = request.headers.get("Content-Type") == "application/x-www-form-urlencoded"
        read: Any = (lambda text: dict(parse_qsl(text))) if self.is_form else json.loads
        self.body: Any = read(request.body) if request.body else None
        self.operation, self.path_params = find_operation(request.method, url.path)

    def build(self) -> requests.PreparedRequest:
        self.request.url = self.root + self.path + (f"?{urlencode(self.query)}" if self.query else "")
        if self.is_form:
            self.request.prepare_body({name: v for name, v in self.body.items() if isinstance(v, str)}, None)
        elif self.body is not None:
            self.request.prepare_body(None, None, json=self.body)
        return self.request


def go(sent: Sent) -> None:
    """Join a base URL that ends in a slash with a path that begins with one."""
    sent.path = "/" + sent.path


def node(sent: Sent) -> None:
    """Send an empty object with a DELETE."""
    if sent.request.method == "DELETE":
        sent.body = {}


def java(sent: Sent) -> None:
    """Repeat the path parameters in the query, and send its numbers with a decimal point."""
    if sent.request.method == "GET":
        sent.query |= sent.path_params
    sent.query = {name: f"{value}.0" if value.isdigit() else value for name, value in sent.query.items()}


def rust(sent: Sent) -> None:
    """Escape every character that isn't alphanumeric. Send a body with each request, and null for each unset field."""
    sent.path = "/".join("".join(c if c.isalnum() else f"%{ord(c):02X}" for c in p) for p in _segments(sent))
    nulls = dict.fromkeys(sent.operation.fields)
    if sent.request.method == "GET":
        sent.query |= sent.path_params
        sent.body = None if "jwks" in sent.path else {}
        if sent.body is None:
            sent.request.body, sent.request.headers["Content-Length"] = b"null", "4"
    elif sent.request.method == "DELETE":
        sent.body = nulls | sent.path_params
    else:
        sent.body = nulls | {name: _with_nulls(sent.operation.fields[name], v) for name, v in (sent.body or {}).items()}


def _segments(sent: Sent) -> list[str]:
    """Return the decoded segments of the path."""
    return [unquote(part) for part in sent.path.split("/")]


def _with_nulls(hint: Any, value: Any) -> Any:
    models = [part for part in get_args(hint) if isinstance(part, type) and issubclass(part, pydantic.BaseModel)]
    return dict.fromkeys(models[0].model_fields) | value if models and isinstance(value, dict) else value


def ruby(sent: Sent) -> None:
    """Escape nothing in a path, send a member's session in the query of GET and DELETE, and OAuth requests in JSON."""
    if sent.request.method in ("GET", "DELETE"):
        for name in ("X-Stytch-Member-Session", "X-Stytch-Member-SessionJWT"):
            if value := sent.request.headers.pop(name, ""):
                sent.query[name] = value
    sent.path = "/".join(_segments(sent))
    sent.query = {name: value.lower() if value in ("True", "False") else value for name, value in sent.query.items()}
    if sent.is_form:
        sent.is_form = False
        sent.request.headers["Content-Type"] = "application/json"
        sent.request.prepare_auth((sent.path_params["project_id"], "secret"))
        if "introspect" in sent.path:
            sent.path = "/v1/oauth2/introspect"


def php(sent: Sent) -> None:
    """Send ``//v1``, 1 and 0 for booleans in a query, and no body instead of an empty one."""
    sent.path = "/" + "/".join(quote(part, safe="") for part in _segments(sent))
    words = {"True": "1", "False": "0"}
    sent.query = {name: words.get(value, value) for name, value in sent.query.items()}
    if sent.body is not None:
        sent.body = {name: value for name, value in sent.body.items() if name not in sent.path_params} or None
    if sent.body is None:
        sent.request.body = None
        sent.request.headers["Content-Length"] = "0"


def dotnet(sent: Sent) -> None:
    """Name the charset, send the request as the body of a DELETE, and no media type with a GET."""
    kind = "application/x-www-form-urlencoded" if sent.is_form else "application/json"
    sent.request.headers["Content-Type"] = f"{kind}; charset=utf-8"
    if sent.request.method == "DELETE":
        sent.body = dict(sent.path_params)
    elif sent.request.method == "GET":
        del sent.request.headers["Content-Type"]


def tomorrow(sent: Sent) -> None:
    """Send fields that this server doesn't have, as a newer SDK does."""
    if sent.body is not None:
        sent.body |= {"new_field": {"deep": [None, 1]}}
    sent.query["new_filter"] = "x"


class RewritingSession(requests.Session):
    """A session that applies a quirk to each request.

    Attributes:
        last: the last response.
    """

    last: requests.Response

    def __init__(self, quirk: Any) -> None:
        super().__init__()
        self.quirk = quirk

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        sent = Sent(request)
        self.quirk(sent)
        self.last = super().send(sent.build(), **options)
        return self.last


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("quirk", [go, node, java, rust, ruby, php, dotnet, tomorrow], ids=lambda quirk: quirk.__name__)
def test_story_succeeds_as_other_sdks_send_it(mock, quirk, name):
    session = RewritingSession(quirk)
    client = stytch.B2BClient(
        mock.project_id,
        mock.secret,
        environment=f"{mock.url}/",
        fraud_environment=f"{mock.url}/",
        suppress_warnings=True,
        sync_session=session,
    )
    STORIES[name](Given(mock, client))
    assert session.last.status_code == 200


def test_rewritten_request_reaches_the_wire(mock, given):
    """The rewritten URL must be the one that is sent."""
    organization_id = given.organization().organization_id
    prepared = requests.Request("GET", f"{mock.url}/v1/b2b/organizations/{organization_id}").prepare()
    sent = Sent(prepared)
    rust(sent)
    url = sent.build().url
    assert organization_id.replace("-", "%2D") in url
    with httpx.Client(auth=(mock.project_id, mock.secret), trust_env=False) as http:
        assert http.get(httpx.URL(url)).json()["organization"]["organization_id"] == organization_id


class Numbers(Request):
    limit: int = 100
    is_breakglass: bool = False


@pytest.mark.parametrize(("text", "number"), [("10", 10), ("10.0", 10), ("0", 0)])
def test_number_in_a_query_is_parsed(text, number):
    assert parse(Numbers, {"limit": text}, strict=False).limit == number


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("True", True), ("TRUE", True), ("1", True), ("false", False), ("False", False), ("0", False)],
)
def test_boolean_in_a_query_is_parsed(project, text, value):
    assert parse(Numbers, {"is_breakglass": text}, strict=False).is_breakglass is value
    sent = {"member_id": project.ada.member_id, "include_deleted": text}
    assert project.send(ENDPOINTS["members.dangerously_get"], sent).status_code == 200


def test_number_as_text_in_a_body_is_refused(http):
    response = http.post("/v1/b2b/organizations/search?x=1", json={"limit": "10"})
    assert error_of(response) == (400, "invalid_argument")


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ('{"organization_name":{"a":1}}', "{ at line 1:22"),
        ('{"organization_name": [1, 2]}', "[ at line 1:23"),
        ('{"organization_name" : 12e3 }', "12e3 at line 1:24"),
        ('{"organization_name":true}', "true at line 1:22"),
        ('{\n  "organization_slug": "acme",\n  "organization_name": false\n}', "false at line 3:24"),
        ('{"x":"}\\"{","é👩‍🚀":"\\u00e9","organization_name":-1}', "-1 at line 1:49"),
        ('{"organization_name":1,"organization_name":22}', "22 at line 1:44"),
        ('{"email_allowed_domains":["a.test",7,8],"organization_name":9}', "7 at line 1:36"),
        ('{"email_allowed_domains":["a.test",null]}', "null at line 1:36"),
        ('{"email_allowed_domains":"a\\nb"}', '"a\\nb" at line 1:26'),
        ('{"rbac_email_implicit_role_assignments":[{"domain":"a.test","role_id":[]}]}', "[ at line 1:71"),
        ('{"organization_slug":"!","sso_jit_provisioning":5}', "5 at line 1:49"),
        ('{"trusted_metadata":{"a":{"organization_name":1}},"organization_name":2}', "2 at line 1:71"),
        ('{"n":' + "9" * 400 + ',"organization_name":5}', "5 at line 1:427"),
    ],
)
def test_message_has_the_value_of_a_wrong_type_and_its_position(http, body, value):
    answer = http.post("/v1/b2b/organizations", content=body.encode())
    error = answer.json()
    assert (answer.status_code, error["error_type"]) == (400, "invalid_argument")
    assert error["error_message"] == f"could not interpret value: {value}"
    assert error["error_url"] == "https://stytch.com/docs/api/errors/400#invalid_argument"


def test_reason_of_a_wrong_type_names_the_place_and_not_the_value(http, given):
    body = {"organization_id": "x", "email_address": "a@b.test", "password": {"secret": "s3cret"}}
    http.post("/v1/b2b/passwords/authenticate", json=body)
    assert given.because() == "password: Expected `str`, got `object`"
    http.post("/v1/b2b/organizations/search", json={"query": {"operands": [{}, 5]}})
    assert given.because() == "query.operands[1]: Expected `object`, got `int`"


def test_wrong_type_beside_deeply_nested_fields_is_refused(http, uncollected):
    body = '{"trusted_metadata":' + '{"a":' * 900 + "1" + "}" * 900 + ',"organization_name":1}'
    answer = http.post("/v1/b2b/organizations", content=body)
    assert (answer.status_code, answer.json()["error_type"] in ("invalid_argument", "bad_request")) == (400, True)


def test_wrong_type_in_a_query_is_a_bad_request(http):
    """A query string has no JSON types."""
    answer = http.get("/v1/b2b/organizations/members/dangerously_get/x", params={"include_deleted": "perhaps"})
    assert answer.json()["error_type"] == "bad_request"
    answer = http.post("/v1/b2b/organizations/search?limit=x", json={"cursor": ""})
    assert answer.json()["error_type"] == "bad_request"


def test_null_inside_an_object_of_a_list_counts_as_absent(given, http):
    acme = given.organization("Acme", organization_slug="acme")
    path = f"/v1/b2b/organizations/{acme.organization_id}"
    mapping = {"rbac_email_implicit_role_assignments": [{"domain": "a.test", "role_id": "stytch_admin", "x": None}]}
    assert http.put(path, json=mapping).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/b2b/sso/saml/acme", {"identity_provider": "googleworkspace"}),
        ("POST", "/v1/b2b/sso/oidc/acme", {"identity_provider": "microsoftentra"}),
        ("POST", "/v1/b2b/magic_links/email/login_or_signup", {"locale": "ptbr"}),
        ("POST", "/v1/b2b/otps/email/login_or_signup", {"locale": "ptbr"}),
        ("POST", "/v1/b2b/otps/sms/send", {"locale": "deDE", "mfa_phone_number": "+12025550162"}),
        ("POST", "/v1/b2b/otps/sms/send", {"locale": "zhHans", "mfa_phone_number": "+12025550162"}),
        ("POST", "/v1/b2b/otps/sms/send", {"locale": "caES", "mfa_phone_number": "+12025550162"}),
    ],
)
def test_values_are_accepted_without_their_hyphens(http, given, method, path, body):
    """The Java and Rust SDKs can't send hyphens in the values of an enumeration."""
    acme = given.organization("Acme", organization_slug="acme")
    ada = given.member(acme, "ada@acme.test")
    sent = {"organization_id": "acme", "member_id": ada.member_id, "email_address": "ada@acme.test", **body}
    answer = http.request(method, path, json=sent)
    assert answer.status_code == 200, answer.text


def test_path_parameter_overrides_body_and_query(http, given):
    acme, globex = given.organization("Acme"), given.organization("Globex")
    path = f"/v1/b2b/organizations/{acme.organization_id}"
    for options in (
        {"method": "GET", "params": {"organization_id": globex.organization_id}},
        {"method": "PUT", "json": {"organization_id": globex.organization_id}},
        {"method": "PUT", "json": {"organization_id": None}},
        {"method": "PUT", "json": {"organization_id": 5}},
    ):
        response = http.request(url=path, **options)
        assert response.json()["organization"]["organization_id"] == acme.organization_id


def test_body_overrides_query(http, given):
    acme = given.organization("Acme")
    path = f"/v1/b2b/organizations/{acme.organization_id}?organization_name=Query"
    assert http.put(path, json={"organization_name": "Body"}).json()["organization"]["organization_name"] == "Body"


@pytest.mark.parametrize("nothing", [b"", b"null", b"{}", b" {} ", b"\n"])
def test_missing_body_counts_as_empty(http, nothing):
    assert http.post("/v1/b2b/organizations/search", content=nothing).status_code == 200


def test_nested_null_counts_as_absent(http, given):
    given.organization()
    for query in (None, {"operator": None, "operands": None}, {"operator": "OR", "operands": []}):
        response = http.post("/v1/b2b/organizations/search", json={"cursor": None, "limit": None, "query": query})
        assert response.json()["results_metadata"]["total"] == 1


def test_null_in_metadata_deletes_the_key(http, given):
    acme = given.organization(trusted_metadata={"a": 1, "b": 2})
    path = f"/v1/b2b/organizations/{acme.organization_id}"
    response = http.put(path, json={"trusted_metadata": {"a": None}, "organization_name": None})
    assert response.json()["organization"]["trusted_metadata"] == {"b": 2}
    assert response.json()["organization"]["organization_name"] == "Acme"


@pytest.mark.parametrize("slash", ["%2F", "%2f"])
def test_escaped_slash_is_part_of_the_id(http, slash):
    assert error_of(http.get(f"/v1/b2b/organizations/no{slash}id")) == (400, "invalid_organization_id")
    response = http.delete(f"/v1/b2b/organizations/no{slash}id/members/a{slash}b")
    assert error_of(response) == (400, "invalid_organization_id")


@pytest.mark.parametrize("external_id", ["a|b", "a.b", "a_b-c"])
def test_external_id_in_a_path_is_found(http, given, external_id):
    acme = given.organization(organization_external_id=external_id)
    for segment in (quote(external_id, safe=""), external_id):
        response = http.get(f"/v1/b2b/organizations/{segment}")
        assert response.json()["organization"]["organization_id"] == acme.organization_id


@pytest.mark.parametrize("slashes", ["//", "///"])
def test_repeated_slashes_are_merged(http, mock, slashes):
    assert http.get(f"{mock.url}{slashes}v1/debug/whoami").status_code == 200
    assert http.get(f"{mock.url}/v1{slashes}debug/whoami").status_code == 200


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", "", "???"]
)
def test_content_type_is_ignored(http, content_type):
    response = http.post(
        "/v1/b2b/organizations",
        content=b'{"organization_name": "A", "organization_slug": "aa"}',
        headers={"Content-Type": content_type},
    )
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"


def _authorization(mock: MockStytch) -> str:
    return "Basic " + b64encode(f"{mock.project_id}:{mock.secret}".encode()).decode()


@pytest.mark.parametrize("scheme", ["basic", "BASIC"])
def test_authorization_scheme_is_case_insensitive(mock, scheme):
    headers = {"authorization": _authorization(mock).replace("Basic", scheme)}
    assert httpx.get(f"{mock.url}/v1/debug/whoami", headers=headers, trust_env=False).status_code == 200


def test_head_has_headers_of_get_and_no_body(http):
    got, head = http.get("/v1/debug/whoami"), http.head("/v1/debug/whoami")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert http.head("/v1/b2b/organizations/nobody").status_code == 404
