"""The records of provoked errors, from several processes."""

from types import SimpleNamespace

from tests.tools import provoked_errors


def test_process_that_crashed_has_no_records(pytestconfig):
    plugin = provoked_errors.ProvokedErrors(pytestconfig)
    plugin.pytest_testnodedown(SimpleNamespace())
    plugin.pytest_testnodedown(SimpleNamespace(workeroutput={provoked_errors._KEY: [["get", "bad_request"]]}))
    assert plugin.found == {("get", "bad_request")}
