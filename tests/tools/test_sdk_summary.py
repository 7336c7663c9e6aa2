"""The lines at the end of a test run about the official SDKs and the quickstart apps."""

from types import SimpleNamespace

from tests.support.sdk_summary import lines


def report(longrepr: object = None, **properties: str) -> SimpleNamespace:
    return SimpleNamespace(user_properties=[*properties.items()], longrepr=longrepr)


def test_sdks_have_a_line_each_and_apps_have_one_together():
    missing = ("test.py", 1, "Skipped: go is not installed")
    stats = {
        "passed": [report(sdk="Node.js"), report(quickstart="Flask"), report(quickstart="Flask"), report()],
        "failed": [report(quickstart="Express")],
        "skipped": [report(missing, sdk="Go"), report(missing, quickstart="Go"), report(missing, quickstart="Go")],
        "warnings": [SimpleNamespace()],
    }
    assert lines(stats) == [
        "Go: 1 skipped (go is not installed)",
        "Node.js: 1 passed",
        "quickstart apps: Express 1 failed, Flask 2 passed, Go 2 skipped (go is not installed)",
    ]


def test_without_such_tests_there_are_no_lines():
    assert lines({"passed": [report()]}) == []
