"""Check at the end of a full run that the tests provoked each error that ``docs/errors.md`` lists for an operation.

Each process records the errors of the server in it. A process of pytest-xdist sends its records to the first process.
"""

from typing import Any

import pytest

from mockstytch.runtime.request_log import RequestLog, RequestLogEntry
from tests.tools.returned_errors import COMMON, SURFACES, endpoint_of, every_endpoint
from tools import refusals

_KEY = "mockstytch_provoked_errors"
_OPTIONS_OF_A_PART = ("keyword", "markexpr", "lf", "failedfirst", "file_or_dir", "deselect", "collectonly")


class ProvokedErrors:
    """A pytest plugin that records which errors each operation returned, and compares them at the end.

    Attributes:
        found: pairs of an operation's name and an error type.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.found: set[tuple[str, str]] = set()
        self.missing: list[str] = []
        self._patch = pytest.MonkeyPatch()

    def pytest_sessionstart(self) -> None:
        add = RequestLog.add

        def add_and_record(log: RequestLog, project_id: str, entry: RequestLogEntry) -> None:
            add(log, project_id, entry)
            if entry.error_type and entry.surface in SURFACES and not entry.because.startswith("fault "):
                endpoint = endpoint_of(entry.method, entry.path)
                if endpoint is not None:
                    self.found.add((endpoint.name, entry.error_type))

        self._patch.setattr(RequestLog, "add", add_and_record)

    def pytest_unconfigure(self) -> None:
        self._patch.undo()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Collect the records of a process of pytest-xdist. A process that crashed has none."""
        self.found |= {(name, error_type) for name, error_type in getattr(node, "workeroutput", {}).get(_KEY, [])}

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[_KEY] = sorted(self.found)
        elif exitstatus == 0 and not any(getattr(self.config.option, name, None) for name in _OPTIONS_OF_A_PART):
            self.missing = sorted(
                f"{endpoint.name}: {error_type}"
                for endpoint in every_endpoint()
                for error_type in refusals.of(endpoint) - COMMON
                if (endpoint.name, error_type) not in self.found
            )
            if self.missing:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.missing:
            terminalreporter.section("docs/errors.md lists errors that no test provoked", red=True)
            terminalreporter.write_line("Add a test, or a rule with a reason to tools/impossible.py:")
            for line in self.missing:
                terminalreporter.write_line(f"  {line}")
