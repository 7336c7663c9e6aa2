"""The probes themselves: each can be sent, and this server returns what it expects."""

from mockstytch.parity.running import Outcome
from tests.parity.conftest import Compare


def _unexpected(outcome: Outcome) -> list[str]:
    """Return the calls whose response isn't the expected one."""
    found = [outcome.local.problem] if outcome.local.problem else []
    for call, response in zip(outcome.probe.calls, outcome.local.responses, strict=False):
        expected = call.expects.removeprefix("status:")
        returned = str(response.status) if call.expects.startswith("status:") else response.error_type
        if expected != returned:
            found.append(f"{call.operation or call.request} returned {returned or 'a success'}, not {expected}")
    return found


def test_two_servers_of_ours_dont_differ_and_return_what_is_expected(compare: Compare) -> None:
    outcomes = compare("")
    assert {each.probe.name: _unexpected(each) for each in outcomes if _unexpected(each)} == {}
    assert [found for each in outcomes for found in each.found] == []
