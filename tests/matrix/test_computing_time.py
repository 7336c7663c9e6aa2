"""Computing time: 1 MB in any text of any operation or setting takes about ten times as long as 100 kB.

A check that takes quadratic time lets one request stop the server. Operations and settings are called
directly, because HTTP would take longer than the checks themselves. The fields are read from the request classes.
"""

import time
from functools import cache

import msgspec
import pytest
from msgspec import inspect

from mockstytch.control.settings import configure
from mockstytch.domain.organizations import member_search, organization_search
from mockstytch.errors import StytchError
from mockstytch.management import routes as management
from mockstytch.outbound import FetchRequired
from mockstytch.store.records.projects import WORKSPACE, ProjectSettings
from mockstytch.surfaces.validation import parse
from tests.matrix.endpoints import ENDPOINTS

LARGE, SMALL = 1_000_000, 100_000  # characters; a body has at most 1 MB
SAMPLE = 10_000  # characters, to find the kind of text that takes longest: quadratic time is obvious here already
ENOUGH = 0.3  # seconds of computing time that no check of 1 MB in linear time takes; quadratic time takes minutes
WORST = {
    name: lambda n, start=start, part=part, end=end: start + part * (n // len(part)) + end
    for name, (start, part, end) in {
        "letters": ("", "a", "!"),
        "digits": ("", "9", ""),
        "blanks": ("a", " ", "b"),
        "at signs": ("", "@", ""),
        "an address": ("a@", "a.", ""),
        "a long local part": ("", "a.", "@"),
        "hyphens": ("a@", "-", ""),
        "a URL": ("https://a.test/", "../", ""),
        "a URL with wildcards": ("https://*.a.test/?", "*&", ""),
        "percents": ("https://a.test/?", "%25", ""),
        "opened": ("", "{{", ""),
        "closed": ("", "}}", "{{"),
        "JSON lists": ("", "[", ""),
        "JSON objects": ("", '{"a":', ""),
        "tags": ("", "<a>", ""),
        "backslashes": ('"', "\\", ""),
        "commas": ("", ", ", ""),
        "base64 lines": ("-----BEGIN CERTIFICATE-----\n", "AAAA\n", "-----END CERTIFICATE-----"),
        "a JWT": ("e30.", "e30", ".x"),
        "accents": ("", "\N{LATIN SMALL LETTER E}\N{COMBINING ACUTE ACCENT}", ""),
    }.items()
}


@pytest.fixture(autouse=True)
def without_collections(uncollected):
    """A garbage collection would be counted as time of the check that it interrupts."""


class Undo(Exception):
    """Rolls a transaction back."""


def texts(kind, default=None):
    """Yield functions that put a text into a value of this type: each makes one valid place hold the text."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.StrType | inspect.EnumType | inspect.LiteralType | inspect.DateTimeType):
        yield lambda text: text
    elif isinstance(kind, inspect.UnionType):
        for each in kind.types:
            yield from texts(each)
    elif isinstance(kind, inspect.ListType | inspect.VarTupleType | inspect.SetType):
        for put in texts(kind.item_type):
            yield lambda text, put=put: [put(text)]
            yield lambda text, put=put: [put(part) for part in parts(text)]
    elif isinstance(kind, inspect.DictType):
        yield lambda text: {text: "x"}
        for put in texts(kind.value_type):
            yield lambda text, put=put: {"key": put(text)}
    elif isinstance(kind, inspect.AnyType):
        yield lambda text: text
        yield lambda text: [text]
    elif isinstance(kind, inspect.StructType):
        needed = {f.encode_name: filler(f.type) for f in kind.fields if f.required}
        for field in kind.fields:
            for put in texts(field.type):
                yield lambda text, name=field.encode_name, put=put: {**needed, name: put(text)}


def parts(text):
    """Split a text into many, all different."""
    size = 20
    return [f"{number}{text[at : at + size]}" for number, at in enumerate(range(0, len(text), size + 6))]


def filler(kind):
    """Return a value of a required field of a nested object."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    if isinstance(kind, inspect.ListType):
        return []
    if isinstance(kind, inspect.DictType):
        return {}
    return {inspect.IntType: 1, inspect.BoolType: True}.get(type(kind), "https://a.test")


def fields(model):
    """Yield each place of a text in a request, with its name and a function that makes the field's value."""
    for field in inspect.type_info(model).fields:
        for number, put in enumerate(texts(field.type)):
            yield field.encode_name, f"{field.encode_name} {number}", put


def require_linear(failures, name, put, run):
    """Check the time of ``run`` for a text in a place, with the kind of text that takes longest."""

    def seconds(kind, length):
        value = put(text_of(kind, length))
        start = time.process_time()
        run(value)
        return time.process_time() - start

    worst = max(WORST, key=lambda kind: seconds(kind, SAMPLE))
    large = seconds(worst, LARGE)
    if large > ENOUGH and large > 30 * (small := seconds(worst, SMALL)):
        failures.append(f"{name}: {worst}: {large:.2f} s for 1 MB, {small:.3f} s for 100 kB")


@cache
def text_of(kind, length):
    return WORST[kind](length)


def attempt(mock, project, operate):
    """Run an operation in a transaction that is rolled back. Any error of the API is fine."""
    try:
        with mock.transaction(project) as ctx:
            operate(ctx)
            raise Undo
    except (StytchError, FetchRequired, Undo):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=list(ENDPOINTS))
def test_operation_takes_linear_time(own_project, mockstytch_server, failures, endpoint):
    server = mockstytch_server._server.mock
    project = server.projects.find(own_project.given.mock.project_id)
    valid = own_project.valid_request(endpoint)
    for field, name, put in fields(endpoint.request):

        def run(value, field=field):
            attempt(
                server,
                project,
                lambda ctx: endpoint.operation(ctx, parse(endpoint.request, {**valid, field: value})),
            )

        require_linear(failures, name, put, run)


MANAGEMENT = {endpoint.name: endpoint for endpoint in management.endpoints()}


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", MANAGEMENT.values(), ids=list(MANAGEMENT))
def test_operation_of_the_management_api_takes_linear_time(own_project, mockstytch_server, failures, endpoint):
    """The other required fields have a filler: the operations check their fields before they look for objects."""
    server = mockstytch_server._server.mock
    project = server.projects.find(own_project.given.mock.project_id)
    known = {"project_slug": project.project_id, "environment_slug": "test", "template_type": "SESSION"}
    needed = {
        field.encode_name: known.get(field.encode_name, filler(field.type))
        for field in inspect.type_info(endpoint.request).fields
        if field.required
    }
    for field, name, put in fields(endpoint.request):

        def run(value, field=field):
            for where in (project, WORKSPACE):
                attempt(
                    server,
                    where,
                    lambda ctx: endpoint.operation(ctx, parse(endpoint.request, {**needed, field: value})),
                )

        require_linear(failures, name, put, run)


SETTINGS = [field.encode_name for field in inspect.type_info(ProjectSettings).fields]


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_setting_takes_linear_time(own_project, mockstytch_server, failures, setting):
    server = mockstytch_server._server.mock
    project = server.projects.find(own_project.given.mock.project_id)
    for field, name, put in fields(ProjectSettings):
        if field == setting:

            def run(value):
                try:
                    configure(server, project, msgspec.json.decode(msgspec.json.encode({setting: value})))
                except StytchError:
                    return

            require_linear(failures, name, put, run)


FILTERS = {
    "members.search_": {**member_search.FILTERS, "member_roles": None},
    "organizations.search": organization_search.FILTERS,
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "filter_name"), [(n, f) for n, filters in FILTERS.items() for f in filters])
def test_search_filter_takes_linear_time(own_project, mockstytch_server, failures, name, filter_name):
    server = mockstytch_server._server.mock
    project = server.projects.find(own_project.given.mock.project_id)
    endpoint = ENDPOINTS[name.rstrip("_")]
    valid = own_project.valid_request(endpoint)

    def run(value):
        query = {"operator": "OR", "operands": [{"filter_name": filter_name, "filter_value": value}]}
        attempt(
            server,
            project,
            lambda ctx: endpoint.operation(ctx, parse(endpoint.request, {**valid, "query": query})),
        )

    for place, put in (("text", str), ("list", lambda text: [text]), ("long list", parts)):
        require_linear(failures, f"{filter_name}: {place}", put, run)
