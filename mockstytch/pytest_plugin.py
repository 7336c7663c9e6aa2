"""Pytest fixtures for tests of an app that uses Stytch, and evidence in the report of a failed test.

Nothing heavy is imported before a fixture is used. For a test that passes, the hooks send no request, except in strict
mode: then they read its errors.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import stytch

    from mockstytch.client.handle import MockStytch
    from mockstytch.client.seeding import Seed


_MOCK = pytest.StashKey["MockStytch"]()  # the test's project
_BEGINNING = pytest.StashKey[int]()  # the position at which the test begins; data of its seed is older
_SERVER = pytest.StashKey["MockStytch"]()  # the session's server
_START = pytest.StashKey[str]()  # the last request before a test, in strict mode, if it uses only the server
_RUN_ID = pytest.StashKey[str]()  # the id of the test run, without pytest-xdist
_STRICT = pytest.StashKey[bool]()  # whether the session is strict
_EVIDENCE = pytest.StashKey[str]()  # the section of a test whose teardown failed
_MARK = {"seed", "expect", "strict"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini options ``mockstytch_seed`` and ``mockstytch_strict``, and ``--mockstytch-strict``."""
    parser.addini(
        "mockstytch_seed", "Seed file of each test's project; the variable MOCKSTYTCH_SEED comes first.", "string"
    )
    strict = "Fail a test in which the server returned an error that the test doesn't expect."
    parser.addini("mockstytch_strict", strict, "bool", default=False)
    parser.getgroup("mockstytch").addoption("--mockstytch-strict", action="store_true", help=strict)


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark ``mockstytch``, and read whether the tests run in strict mode.

    Raises:
        UsageError: if the ini option ``mockstytch_strict`` isn't a boolean.
    """
    config.addinivalue_line(
        "markers",
        "mockstytch(seed, expect, strict): seed: what the test's project starts with: a mapping, or a file beside the "
        "test; expect: an error type, or a list of them, that the test expects; strict: whether other errors fail it",
    )
    try:
        strict = config.getini("mockstytch_strict")
    except (ValueError, pytest.UsageError) as e:
        raise pytest.UsageError(f"The ini option mockstytch_strict: {e}") from None
    config.stash[_STRICT] = bool(strict or config.getoption("mockstytch_strict"))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Check the server at ``MOCKSTYTCH_URL`` and the seed file once, instead of failing in each test.

    Raises:
        UsageError: if there is no server, or the file can't be read.
    """
    url, seed = os.environ.get("MOCKSTYTCH_URL"), _seed_file(session.config) or os.environ.get("MOCKSTYTCH_PEOPLE")
    if hasattr(session.config, "workerinput") or not (url or seed):  # pytest-xdist's controller has checked them
        return
    from mockstytch.client.transport import MockError, require_server
    from mockstytch.settings import SettingError

    try:
        if url:
            require_server(url)
        if seed:
            _configured(session.config)
    except (MockError, SettingError) as e:
        raise pytest.UsageError(str(e)) from None


@pytest.fixture(scope="session")
def mockstytch_server(pytestconfig: pytest.Config) -> MockStytch:
    """Start a server, one for each worker. If ``MOCKSTYTCH_URL`` is set, connect to that server instead."""
    from mockstytch.client.handle import MockError, MockStytch
    from mockstytch.settings import SettingError
    from mockstytch.store.connection import SchemaMismatch
    from mockstytch.store.engine import DatabaseInUse

    url = os.environ.get("MOCKSTYTCH_URL")
    try:
        # Only ``projects`` of the file belong to the server. Each test's project gets the rest.
        shared = {"projects": _configured(pytestconfig).get("projects", [])}
        mock = MockStytch(url=url, seed=None if url else shared)
    except (MockError, SettingError, DatabaseInUse, SchemaMismatch, OSError) as e:
        pytest.fail(str(e), pytrace=False)
    pytestconfig.stash[_SERVER] = mock
    pytestconfig.add_cleanup(mock.close)  # later than the last test, whose report may need it
    return mock


@pytest.fixture
def mockstytch(mockstytch_server: MockStytch, request: pytest.FixtureRequest) -> MockStytch:
    """Return a new project, just for this test, with its seed. It is emptied after the test.

    The mark ``mockstytch`` gives the seed. Without it, the configured seed is used.
    """
    from mockstytch.client.seeding import in_file
    from mockstytch.client.transport import MockError
    from mockstytch.clock import position

    marked = _marked(request.node)
    seed = _relative(marked["seed"], request.path.parent) if "seed" in marked else _seed_file(request.config)
    content: dict[str, Any] = {}
    try:
        content = _content(seed) if "seed" in marked else _configured(request.config)
        own = {name: value for name, value in content.items() if name != "projects"}
        # This creates the project, so that the test can open its public URLs before it calls the API.
        label, run_id = request.node.nodeid, _run_id(request.config)
        mock = mockstytch_server.project(seed=own or None, label=label, run_id=run_id)
        expected = marked.get("expect", [])
        for error_type in [expected] if isinstance(expected, str) else expected:
            mock.requests.expect(error_type)
    except MockError as e:
        pytest.fail(str(in_file(e, seed, content) if content and isinstance(seed, str | Path) else e), pytrace=False)
    request.node.stash[_BEGINNING] = position() if own else 0
    request.node.stash[_MOCK] = mock  # it is emptied after the test's other fixtures, whose reports may need it
    return mock


@pytest.fixture
def stytch_client(mockstytch: MockStytch) -> stytch.B2BClient:
    """Return the official client for the test's project. Without the package ``stytch`` the test has an error."""
    try:
        return mockstytch.client()
    except ModuleNotFoundError as e:
        missing = str(e)
    pytest.fail(missing, pytrace=False)  # outside of the handler, so that the report has one error and not two


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    """In strict mode, fail a test that passed although the server returned an error that it doesn't expect."""
    is_strict = _is_strict(item)
    server = _server_alone(item) if is_strict else None
    if server is not None:
        server.requests.expectations.clear()
        item.stash[_START] = _newest_request(server)
    outcome = yield
    mock = item.stash.get(_MOCK, None) or server
    if is_strict and mock is not None and outcome.excinfo is None:
        from mockstytch.client.request_log import expectations
        from mockstytch.client.transport import MockError

        try:
            errors = mock.requests(10_000, status="4xx,5xx", after=item.stash.get(_START, ""))
            problem = expectations.problem(errors, mock.requests.expectations)
        except MockError as e:
            problem = str(e)
        if problem:
            outcome.force_exception(pytest.fail.Exception(problem, pytrace=False))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Add what happened on the server to the report of a failed test."""
    outcome = yield
    result = outcome.get_result()
    if result.failed and (text := _evidence(item)):
        result.sections.append(("mockstytch", text))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, Any, None]:
    """Empty the test's project, after the fixtures that use it. If one of them failed, read its evidence before."""
    outcome = yield
    mock = item.stash.get(_MOCK, None)
    if mock is None:
        return
    if outcome.excinfo is not None:
        item.stash[_EVIDENCE] = _evidence(item)
    del item.stash[_MOCK]
    from mockstytch.client.transport import MockError

    try:
        mock.reset(to="empty")
        mock.snapshots.clear()
    except MockError as e:
        # Without a type, the server has ended, and the project with it. It can also be deleted, in the console.
        if e.error_type not in ("", "project_not_found"):
            outcome.force_exception(pytest.fail.Exception(str(e), pytrace=False))


def _evidence(item: pytest.Item) -> str:
    """Return what happened on the server during a test; "" if the test doesn't use it."""
    if _EVIDENCE in item.stash:
        text = item.stash[_EVIDENCE]
        del item.stash[_EVIDENCE]
        return text
    mock = item.stash.get(_MOCK, None)
    server = None if mock else _server_alone(item)
    if mock is None and server is None:
        return ""
    from mockstytch.client.request_log import report

    if mock is not None:
        return report.evidence(mock, beginning=item.stash[_BEGINNING])
    assert server is not None
    note = "" if _START in item.stash else "The project of mockstytch_server. Earlier tests may have used it, too.\n"
    return note + report.evidence(server, after=item.stash.get(_START, ""))


def _server_alone(item: pytest.Item) -> MockStytch | None:
    """Return the server of a test that uses it without its own project."""
    names = getattr(item, "fixturenames", ())
    return item.config.stash.get(_SERVER, None) if "mockstytch_server" in names and "mockstytch" not in names else None


def _newest_request(server: MockStytch) -> str:
    from mockstytch.client.transport import MockError

    try:
        newest = server.requests(1)
    except MockError:
        return ""
    return newest[0].request_id if newest else ""


def _run_id(config: pytest.Config) -> str:
    """Return the id of the test run. All workers of pytest-xdist have the same one."""
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        return str(workerinput["testrunuid"])
    if _RUN_ID not in config.stash:
        from mockstytch.ids import Ids

        config.stash[_RUN_ID] = str(Ids().uuid())
    return config.stash[_RUN_ID]


def _is_strict(item: pytest.Item) -> bool:
    """Return whether the test runs in strict mode: the mark, the option and the ini file say it, in this order."""
    for mark in item.iter_markers("mockstytch"):
        if "strict" in mark.kwargs:
            return bool(mark.kwargs["strict"])
    return item.config.stash[_STRICT]


def _seed_file(config: pytest.Config) -> Path | None:
    """Return the seed file: from ``MOCKSTYTCH_SEED``, or from the ini file, relative to that file."""
    if from_environment := os.environ.get("MOCKSTYTCH_SEED"):
        return Path(from_environment)
    from_ini = str(config.getini("mockstytch_seed") or "")
    return (config.inipath.parent if config.inipath else config.rootpath) / from_ini if from_ini else None


def _marked(item: pytest.Item) -> dict[str, Any]:
    """Return the arguments of the marks ``mockstytch`` of a test. The closest mark comes first."""
    marked: dict[str, Any] = {}
    for mark in item.iter_markers("mockstytch"):
        if mark.args or not mark.kwargs or not mark.kwargs.keys() <= _MARK:
            pytest.fail(
                "The mark mockstytch has the arguments seed, expect and strict: @pytest.mark.mockstytch(seed=…)",
                pytrace=False,
            )
        marked = {**mark.kwargs, **marked}
    return marked


def _relative(seed: Seed | None, folder: Path) -> Seed | None:
    """Return a seed. The path of a file is relative to the test's folder."""
    return folder / seed if isinstance(seed, str | Path) else seed


def _configured(config: pytest.Config) -> dict[str, Any]:
    """Return the content of the configured seed: of the file, and with the people of ``MOCKSTYTCH_PEOPLE``."""
    from mockstytch.client.seeding import configured_seed

    return configured_seed(_seed_file(config)) or {}


def _content(seed: Seed | None) -> dict[str, Any]:
    """Return the content of a seed; an empty one if there is no seed."""
    from mockstytch.client.seeding import read_seed

    return read_seed(seed) if seed else {}
