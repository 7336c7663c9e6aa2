"""The probes themselves: each can be sent, and this server returns what it expects."""

import pytest

from mockstytch.parity.loading import FOLDER, load
from mockstytch.parity.running import Outcome
from mockstytch.parity.settings import SETTINGS
from tests.parity.conftest import Compare
from tools import fidelity


def _unexpected(outcome: Outcome) -> list[str]:
    """Return the calls whose response isn't the expected one."""
    found = [outcome.local.problem] if outcome.local.problem else []
    for call, response in zip(outcome.probe.calls, outcome.local.responses, strict=False):
        expected = call.expects.removeprefix("status:")
        returned = str(response.status) if call.expects.startswith("status:") else response.error_type
        if expected != returned:
            found.append(f"{call.operation or call.request} returned {returned or 'a success'}, not {expected}")
    return found


AREAS = sorted(path.stem for path in FOLDER.glob("*.toml") if path.stem != "fixtures")


@pytest.mark.parametrize("area", AREAS)
def test_two_servers_of_ours_dont_differ_and_return_what_is_expected(area: str, compare: Compare) -> None:
    outcomes = compare(f"area:{area}")
    assert {each.probe.name: _unexpected(each) for each in outcomes if _unexpected(each)} == {}
    assert [found for each in outcomes for found in each.found] == []


@pytest.mark.parametrize("setting", SETTINGS)
def test_probes_that_need_a_setting_are_right_with_it(setting: str, compare: Compare) -> None:
    outcomes = compare(f"needs:{setting}", (setting,))
    assert {each.probe.name: _unexpected(each) for each in outcomes if _unexpected(each)} == {}
    assert [found for each in outcomes for found in each.found] == []


def test_each_named_statement_is_on_the_page_of_fidelity() -> None:
    statements = [
        row[0] for rows in fidelity.statements(fidelity.PAGE.read_text(encoding="utf-8")).values() for row in rows
    ]
    named = {name for probe in load() for name in probe.fidelity}
    found = {name: sum(1 for statement in statements if statement.startswith(name)) for name in named}
    assert {name: count for name, count in found.items() if count != 1} == {}
