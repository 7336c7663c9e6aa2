"""Invalid input to each operation of the management API: always an API error, never a server error."""

import httpx
import msgspec
import pytest

from mockstytch.management.routes import endpoints
from tests.support.errors import KEYS
from tests.support.payloads import MALFORMED, SAMPLES

ENDPOINTS = {endpoint.name: endpoint for endpoint in endpoints()}


def each(where):
    """Make a test of each endpoint that fits, so that every test does something."""
    chosen = {name: endpoint for name, endpoint in ENDPOINTS.items() if where(endpoint)}
    return pytest.mark.parametrize("endpoint", chosen.values(), ids=list(chosen))


# Other path parameters. The objects that they name don't exist.
UNKNOWN = {
    "template_id": "nope",
    "email_template_type": "LOGIN",
    "destination_type": "DATADOG",
    "jwt_template_type": "SESSION",
    "profile_id": "nope",
    "pem_file_id": "nope",
    "public_token": "nope",
    "secret_id": "nope",
}
DELETES_THE_ENVIRONMENT = {"environments.delete", "projects.delete"}  # these calls would succeed


@pytest.fixture(scope="module")
def http(mockstytch_server):
    with httpx.Client(base_url=mockstytch_server.url, auth=("key", "secret"), trust_env=False) as http:
        yield http


@pytest.fixture
def send(http, slugs):
    path_slugs = slugs._asdict()

    def call(endpoint, **options):
        path = endpoint.path.format(**path_slugs, **UNKNOWN)
        return http.request(endpoint.method, path, **options)

    return call


def error_type_of(response):
    body = response.json()
    assert 400 <= response.status_code < 500, response.text
    assert list(body) == KEYS
    return body["error_type"]


def success_or_error(response):
    """Require a success, or a complete error of the API."""
    if response.status_code != 200:
        error_type_of(response)


def fields(endpoint):
    """Yield the fields that aren't in the path, with their JSON schema."""
    for field in msgspec.structs.fields(endpoint.request):
        if f"{{{field.name}}}" not in endpoint.path:
            yield field.name, msgspec.json.schema(field.type)


def wire_types(schema):
    """Return the JSON types that a field accepts, named as in ``SAMPLES``."""
    schema = {**schema, **schema.get("$defs", {}).get(schema.get("$ref", "").rpartition("/")[2], {})}
    kinds = [wire_types({**s, "$defs": schema.get("$defs", {})}) for s in schema.get("anyOf", [])]
    own = {"number": {"integer", "fraction"}}.get(schema.get("type", ""), {schema.get("type", "string")})
    return set().union(*kinds) if kinds else own


@each(lambda endpoint: endpoint.method != "GET")
def test_malformed_body_is_refused(send, endpoint):
    for body in MALFORMED.values():
        assert error_type_of(send(endpoint, content=body)) == "bad_request"


NESTED = ([7], [None], [{}], [{"type": 7}], {"basic": 7}, {"datadog": {"site": 7}}, {"permissions": "x"})


def wrong_types(endpoint):
    """Return fields with values of types that they don't accept."""
    return [
        (name, sample)
        for name, schema in fields(endpoint)
        for kind, sample in SAMPLES.items()
        if endpoint.method != "GET" and kind not in wire_types(schema)
    ]


def nested_values(endpoint):
    """Return fields with arrays and objects, which they accept, that contain other types."""
    return [
        (name, value)
        for name, schema in fields(endpoint)
        for value in NESTED
        if endpoint.method != "GET" and ("array" if isinstance(value, list) else "object") in wire_types(schema)
    ]


@each(lambda endpoint: wrong_types(endpoint))
def test_wrong_type_is_refused(send, endpoint):
    for name, sample in wrong_types(endpoint):
        assert error_type_of(send(endpoint, json={name: sample}, params={"url": "https://a.example"})), name


@each(lambda endpoint: nested_values(endpoint))
def test_wrong_nested_type_is_refused_or_ignored(send, endpoint):
    for name, value in nested_values(endpoint):
        success_or_error(send(endpoint, json={name: value}, params={"url": "https://a.example"}))


@pytest.mark.parametrize("name", sorted(ENDPOINTS.keys() - DELETES_THE_ENVIRONMENT))
def test_empty_request_is_refused_if_fields_are_required(send, name):
    """A missing required field is refused, and no request causes a server error."""
    endpoint = ENDPOINTS[name]
    fields = msgspec.structs.fields(endpoint.request)
    required = [f.name for f in fields if f.required and f"{{{f.name}}}" not in endpoint.path]
    response = send(endpoint)
    if required:
        error_type_of(response)
    else:
        success_or_error(response)


def test_hostile_path_is_not_found(http):
    for slug in ("%2F", "..%2F..", "%00", "é", "a" * 5000, "'; DROP TABLE projects", "workspace"):
        assert http.get(f"/pwa/v3/projects/{slug}").json()["error_type"] in ("project_not_found", "route_not_found")
        address = f"/pwa/v3/projects/{slug}/environments/test/secrets"
        assert http.get(address).json()["error_type"] in ("project_not_found", "route_not_found")


def test_unknown_route_is_not_found(http):
    for method, path in (("GET", "/pwa/v3/nothing"), ("PUT", "/pwa/v3/projects"), ("GET", "/pwa/v2/projects")):
        response = http.request(method, path)
        assert (response.status_code, response.json()["error_type"]) == (404, "route_not_found")


def test_slug_is_unique_in_the_database():
    """Two servers with one database could insert the same slug at the same time. The database refuses the second."""
    from mockstytch import errors
    from mockstytch.errors import StytchError
    from mockstytch.management import workspace
    from mockstytch.runtime import Mock
    from mockstytch.settings import Settings
    from mockstytch.store.records.projects import WORKSPACE, ManagementProject

    with Mock(Settings()).transaction(WORKSPACE) as ctx:
        row = ManagementProject(project_slug="acme", name="x", vertical="B2B", created_at=ctx.now, position=1)
        ctx.store.insert(row)
        with pytest.raises(StytchError) as caught, ctx.store._connection.savepoint():
            ctx.store.insert(row, project_slug=lambda: workspace.slug_taken("acme"))
        assert caught.value.kind == errors.bad_request
