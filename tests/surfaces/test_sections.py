"""Routes are made when the first request for one of them arrives."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mockstytch.app import create_app
from mockstytch.runtime import Mock
from mockstytch.settings import Settings
from mockstytch.surfaces.routing import RouteTable, Section
from mockstytch.surfaces.surface import PUBLIC, Route


@pytest.fixture
def mock():
    mock = Mock(Settings(port=0))
    yield mock
    mock.close()


async def _handler(_request):
    return {}


def _fallback():
    return Route("*", "*", PUBLIC, _handler)


def test_section_is_made_by_the_first_path_that_it_can_have(mock):
    made, grown = [], []

    def section(*paths):
        def make():
            made.append(paths[0])
            return [Route("GET", path, PUBLIC, _handler) for path in paths]

        return make

    sections = [
        Section(section("/a", "/a/{id}"), ("/a",)),
        Section(section("/b/", "/"), ("/b/",), ("/",)),
        Section(section("/a/b/c"), ("/a/b/",)),
    ]
    table = RouteTable(mock, sections, {"/": _fallback})
    table.on_growth = lambda: grown.append(len(made))
    steps = [
        ("/elsewhere", "*", []),
        ("/a/1", "/a/{id}", ["/a"]),
        ("/a/2", "/a/{id}", ["/a"]),
        ("/", "/", ["/a", "/b/"]),
        ("/b", "*", ["/a", "/b/"]),
        ("/a/b/c", "/a/b/c", ["/a", "/b/", "/a/b/c"]),
    ]
    for path, template, expected in steps:
        assert (table.find("GET", path)[0].route.path, made) == (template, expected)
    assert grown == [1, 2, 3]


def test_all_sections_are_listed_in_their_order(mock):
    sections = [
        Section(lambda name=name: [Route("GET", f"/{name}", PUBLIC, _handler)], (f"/{name}",)) for name in "abc"
    ]
    table = RouteTable(mock, sections, {"/": _fallback})
    table.find("GET", "/c")
    assert [route.path for route in table.routes] == ["/a", "/b", "/c"]
    assert [dispatch.route.path for dispatch in table.dispatches] == ["/a", "/b", "/c", "*"]


def test_two_first_requests_at_once_make_a_section_once(mock):
    entered, go, made = threading.Event(), threading.Event(), []

    def make():
        entered.set()
        assert go.wait(30)
        made.append(1)
        return [Route("GET", "/a/{id}", PUBLIC, _handler)]

    table = RouteTable(mock, [Section(make, ("/a/",))], {"/": _fallback})
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(table.find, "GET", "/a/1")
        assert entered.wait(30)
        second = threads.submit(table.find, "GET", "/a/2")
        go.set()
        assert [result.result(30)[0].route.path for result in (first, second)] == ["/a/{id}"] * 2
    assert made == [1]


def test_section_must_name_its_paths(mock):
    table = RouteTable(mock, [Section(lambda: [Route("GET", "/b", PUBLIC, _handler)], ("/a",))], {"/": _fallback})
    with pytest.raises(AssertionError, match="the section that makes /b doesn't name it"):
        table.find("GET", "/a")


def test_order_of_the_sections_does_not_matter(mock):
    """No two routes fit a path equally well: whichever is made first would count."""
    shapes = [(route.method, re.sub(r"{[^}:]*}", "{}", route.path)) for route in create_app(mock=mock).table.routes]
    assert len(set(shapes)) == len(shapes)
