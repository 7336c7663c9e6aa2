"""Each method of the SDK's client is tested with a success and a refusal. A new version's method fails this test.

``methods.py`` has the exceptions, with reasons.
"""

import pytest

from tests.browser import methods, sdk


def test_declarations_are_complete(app_page, declared_methods):
    found = sdk.methods(app_page("headless"))
    at_run_time = {name for name in found if not name.startswith(methods.HIDDEN_PARTS)}
    assert set(declared_methods) - at_run_time == set()
    assert at_run_time - set(declared_methods) == methods.HIDDEN


@pytest.mark.parametrize(
    ("tested", "exceptions"),
    [(methods.called, methods.NEVER_SUCCEED), (methods.refused, methods.NEVER_REFUSED)],
    ids=["success", "refusal"],
)
def test_each_method_is_tested(declared_methods, tested, exceptions):
    assert set(declared_methods) - tested() - exceptions.keys() == set(), "no test"
    assert tested() - set(declared_methods) == set(), "the SDK has no such methods"
    assert exceptions.keys() - set(declared_methods) == set(), "the SDK has no such methods"
    assert tested() & exceptions.keys() == set(), "these exceptions are no longer needed"
