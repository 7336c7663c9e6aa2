"""Each operation of the management API, spoilt in one place at a time: a proper error every time, never a fault."""

import httpx
import msgspec
import pytest

from mockstytch.management.routes import endpoints
from tests.support.errors import KEYS
from tests.support.payloads import MALFORMED, SAMPLES

ENDPOINTS = {endpoint.name: endpoint for endpoint in endpoints()}
everywhere = pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=list(ENDPOINTS))

# Path parameters that are no slugs; whatever they name, it isn't there.
ELSEWHERE = {
    "template_id": "nope",
    "email_template_type": "LOGIN",
    "destination_type": "DATADOG",
    "jwt_template_type": "SESSION",
    "profile_id": "nope",
    "pem_file_id": "nope",
    "public_token": "nope",
    "secret_id": "nope",
}
DELETES_THE_TEST_ITSELF = {"environments.delete", "projects.delete"}  # it would succeed


@pytest.fixture(scope="module")
def http(mockstytch_server):
    with httpx.Client(base_url=mockstytch_server.url, auth=("key", "secret"), trust_env=False) as http:
        yield http


@pytest.fixture
def send(http, place):
    slugs = place._asdict()

    def call(endpoint, **options):
        path = endpoint.path.format(**slugs, **ELSEWHERE)
        return http.request(endpoint.method, path, **options)

    return call


def refused(answer):
    body = answer.json()
    assert 400 <= answer.status_code < 500, answer.text
    assert list(body) == KEYS
    return body["error_type"]


def fields(endpoint):
    """The fields that don't stand in the path, each with what its JSON type is called."""
    for field in msgspec.structs.fields(endpoint.request):
        if f"{{{field.name}}}" not in endpoint.path:
            yield field.name, msgspec.json.schema(field.type)


def wire_types(schema):
    """What JSON types a field takes, as ``SAMPLES`` calls them."""
    schema = {**schema, **schema.get("$defs", {}).get(schema.get("$ref", "").rpartition("/")[2], {})}
    kinds = [wire_types({**s, "$defs": schema.get("$defs", {})}) for s in schema.get("anyOf", [])]
    own = {"number": {"integer", "fraction"}}.get(schema.get("type", ""), {schema.get("type", "string")})
    return set().union(*kinds) if kinds else own


@everywhere
def test_a_malformed_body(send, endpoint):
    for body in MALFORMED.values():
        assert refused(send(endpoint, content=body)) == "bad_request" or endpoint.method == "GET"


@everywhere
def test_a_wrong_type(send, endpoint):
    for name, schema in fields(endpoint):
        if endpoint.method != "GET":
            for kind, sample in SAMPLES.items():
                if kind not in wire_types(schema):
                    assert refused(send(endpoint, json={name: sample}, params={"url": "https://a.example"})), name


@everywhere
def test_a_wrong_type_inside(send, endpoint):
    for name, schema in fields(endpoint):
        for value in ([7], [None], [{}], [{"type": 7}], {"basic": 7}, {"datadog": {"site": 7}}, {"permissions": "x"}):
            kind = "array" if isinstance(value, list) else "object"
            if endpoint.method != "GET" and kind in wire_types(schema):
                answer = send(endpoint, json={name: value}, params={"url": "https://a.example"})
                assert answer.status_code < 500, (name, value, answer.text)


@pytest.mark.parametrize("name", sorted(ENDPOINTS.keys() - DELETES_THE_TEST_ITSELF))
def test_nothing_at_all(send, name):
    """What is required is refused where it isn't there; nothing is a fault."""
    endpoint = ENDPOINTS[name]
    fields = msgspec.structs.fields(endpoint.request)
    required = [f.name for f in fields if f.required and f"{{{f.name}}}" not in endpoint.path]
    answer = send(endpoint)
    assert answer.status_code < 500
    if required:
        refused(answer)


def test_what_hides_in_a_path(http):
    for slug in ("%2F", "..%2F..", "%00", "é", "a" * 5000, "'; DROP TABLE projects", "workspace"):
        assert http.get(f"/pwa/v3/projects/{slug}").json()["error_type"] in ("project_not_found", "route_not_found")
        address = f"/pwa/v3/projects/{slug}/environments/test/secrets"
        assert http.get(address).json()["error_type"] in ("project_not_found", "route_not_found")


def test_an_unknown_route(http):
    for method, path in (("GET", "/pwa/v3/nothing"), ("PUT", "/pwa/v3/projects"), ("GET", "/pwa/v2/projects")):
        answer = http.request(method, path)
        assert (answer.status_code, answer.json()["error_type"]) == (404, "route_not_found")


def test_slugs_that_two_ask_for():
    """Two servers on one database could ask at once: the second is refused by the database."""
    from mockstytch import errors
    from mockstytch.errors import StytchError
    from mockstytch.management import workspace
    from mockstytch.runtime import Mock
    from mockstytch.settings import Settings
    from mockstytch.store.records.projects import WORKSPACE, ManagementProject

    with Mock(Settings()).transaction(WORKSPACE) as ctx:
        row = ManagementProject(project_slug="acme", name="x", vertical="B2B", created_at=ctx.now, position=1)
        ctx.store.insert(row)
        with pytest.raises(StytchError) as caught:
            ctx.store.insert(row, project_slug=workspace.slug_taken("acme"))
        assert caught.value.kind == errors.bad_request
