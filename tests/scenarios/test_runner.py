"""Running scenarios: the printed output, and reports of failures."""

import io
from types import SimpleNamespace

import pytest

from scenarios._errors import ScenarioSkipped
from scenarios._printer import Printer
from scenarios._runner import Results, main, run_one, run_scenarios
from scenarios._scenario import Scenario
from scenarios.demo_app_in_a_browser import _executable


def run_and_print(server, run):
    """Run a scenario function. Returns the results and the printed output."""
    out, results = io.StringIO(), Results()
    run_one("example", run, Scenario(server.url, 1, Printer(out)), results)
    return results, out.getvalue()


def test_output_has_title_numbered_steps_results_and_end(mockstytch_server):
    out = io.StringIO()
    results = run_scenarios(["link_used_twice"], mockstytch_server.url, printer=Printer(out))
    assert (results.passed, results.failed, results.skipped) == (["link_used_twice"], {}, {})
    lines = out.getvalue().splitlines()
    assert lines[0] == "A link that was used twice"
    steps = [line for line in lines if line[:3].strip().isdigit()]
    assert [int(line[:3]) for line in steps] == [1, 2, 3, 4, 5]
    assert "       refused: 401 unable_to_auth_magic_link" in lines
    assert lines[-2].startswith("  ✓  ")
    assert "\x1b" not in out.getvalue()
    assert max(map(len, lines)) < 160


def test_several_scenarios_end_with_a_summary(mockstytch_server):
    out = io.StringIO()
    run_scenarios(["link_used_twice", "jit_join"], mockstytch_server.url, printer=Printer(out))
    assert out.getvalue().splitlines()[-1].startswith("2 passed in ")


def test_failed_expectation_reports_step_and_both_values(mockstytch_server):
    def run(scenario: Scenario) -> None:
        scenario.step("An organization is created")
        scenario.step("It has another name")
        scenario.expect(
            scenario.create_organization(scenario.fake.company()),
            organization_name="Nonsense Ltd",
        )

    results, output = run_and_print(mockstytch_server, run)
    reason = results.failed["example"]
    assert reason.startswith("step 2, \"It has another name\": organization_name: expected 'Nonsense Ltd', got '")
    assert f"  ✗  {reason}" in output
    assert (results.passed, str(results)) == ([], "1 failed")


def test_expected_error_that_does_not_occur_is_reported(mockstytch_server):
    def run(scenario: Scenario) -> None:
        create = scenario.client.organizations.create
        scenario.expect_error("organization_not_found", create, organization_name="Acme", organization_slug="acme")

    results, _ = run_and_print(mockstytch_server, run)
    assert results.failed["example"].endswith("expected the error organization_not_found, but the call succeeded")


def test_expected_error_that_differs_is_reported(mockstytch_server):
    def run(scenario: Scenario) -> None:
        scenario.expect_error("member_not_found", scenario.client.organizations.get, "nowhere")

    results, _ = run_and_print(mockstytch_server, run)
    assert results.failed["example"].endswith("expected the error member_not_found, got 404 organization_not_found")


def test_unexpected_error_is_reported_in_one_line(mockstytch_server):
    def run(scenario: Scenario) -> None:
        scenario.step("An unknown organization is requested")
        scenario.client.organizations.get("nowhere")

    results, output = run_and_print(mockstytch_server, run)
    assert results.failed["example"] == (
        'step 1, "An unknown organization is requested": '
        "refused with 404 organization_not_found: Organization could not be found."
    )
    assert "Traceback" not in output


def test_bug_in_a_scenario_is_reported_in_one_line(mockstytch_server):
    results, _ = run_and_print(mockstytch_server, lambda scenario: scenario.click_link(None))
    assert results.failed["example"].startswith("before the first step: AttributeError: ")


def test_skipped_scenario_reports_the_reason(mockstytch_server):
    def run(scenario: Scenario) -> None:
        raise ScenarioSkipped("Chromium is not installed")

    results, output = run_and_print(mockstytch_server, run)
    assert results.skipped == {"example": "Chromium is not installed"}
    assert "skipped: Chromium is not installed" in output


def test_module_runs_one_scenario(mockstytch_server, capsys):
    from scenarios.link_used_twice import run

    with pytest.raises(SystemExit) as exit:
        main(run, ["--url", mockstytch_server.url, "--seed", "5"])
    assert exit.value.code == 0
    assert capsys.readouterr().out.startswith("A link that was used twice\n  1  ")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--seed", "x"], 2),
        (["--url", "http://127.0.0.1:1"], "no mockstytch server at http://127.0.0.1:1: "),
    ],
)
def test_module_refuses_wrong_arguments(capsys, args, code):
    with pytest.raises(SystemExit) as exit:
        main(never_run, args)
    assert str(exit.value.code).startswith(str(code))
    assert capsys.readouterr().out == ""


def never_run(scenario: Scenario) -> None:
    raise AssertionError("this scenario must not start")


def test_chromium_is_found_by_variable_path_or_playwright(monkeypatch, tmp_path):
    bundled = tmp_path / "bundled"
    playwright = SimpleNamespace(chromium=SimpleNamespace(executable_path=str(bundled)))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ScenarioSkipped, match="Chromium is not installed"):
        _executable(playwright)
    bundled.touch()
    assert _executable(playwright) == str(bundled)
    on_path = tmp_path / "google-chrome"
    on_path.touch(0o755)
    assert _executable(playwright) == str(on_path)
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nowhere"))
    with pytest.raises(ScenarioSkipped, match=r"CHROMIUM is set to .*nowhere, which doesn't exist"):
        _executable(playwright)
