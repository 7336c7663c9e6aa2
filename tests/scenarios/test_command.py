"""The commands ``mockstytch scenario`` and ``python -m scenarios.<name>``."""

import gc
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import scenarios
from mockstytch import MockStytch
from mockstytch.cli import main
from mockstytch.store.records.messages import OneTimeToken

Output = tuple[int, str, str]  # exit code, stdout, stderr


@pytest.fixture
def scenario(monkeypatch, capsys) -> Callable[..., Output]:
    """``scenario("--list")``: runs the command in this process, which is faster than a new one."""
    for name in ("NO_COLOR", "MOCKSTYTCH_URL", "MOCKSTYTCH_SCENARIO_SEED"):
        monkeypatch.delenv(name, raising=False)

    def call(*args: str) -> Output:
        monkeypatch.setattr(sys, "argv", ["mockstytch", "scenario", *args])
        code = 0
        try:
            main()
        except SystemExit as e:
            code = e.code
        finally:
            gc.enable()  # the command disables it
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def uninstall(monkeypatch) -> Callable[[str], None]:
    """``uninstall("faker")``: makes the import of a package fail."""

    def call(package: str) -> None:
        monkeypatch.delitem(sys.modules, "scenarios._fake_data", raising=False)
        monkeypatch.setitem(sys.modules, package, None)

    return call


def run_module(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        env={**{k: v for k, v in os.environ.items() if k != "MOCKSTYTCH_URL"}, "PYTHONIOENCODING": "utf-8"},
        cwd=Path(scenarios.__file__).parent.parent,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_command_starts_a_server_for_the_scenarios():
    done = run_module("mockstytch", "scenario", "link-used-twice", "discovery_sign_up")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("A link that was used twice\n  1  ")
    assert "\nSign-up by discovery creates the first organization\n" in done.stdout
    assert "\n2 passed in " in done.stdout
    assert "\x1b" not in done.stdout


def test_module_runs_against_a_running_server(mockstytch_server):
    done = run_module("scenarios.link_used_twice", "--url", mockstytch_server.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("A link that was used twice\n  1  ")


def test_seed_decides_the_names(scenario, mockstytch_server):
    def steps(seed: str) -> list[str]:
        code, out, _ = scenario("link_used_twice", "--url", mockstytch_server.url, "--seed", seed)
        assert code == 0
        return [line for line in out.splitlines() if re.match(r" +\d+  ", line)]

    first = steps("11")
    assert len(first) == 5
    assert first == steps("11")
    assert first != steps("12")


def test_list_prints_names_and_titles(scenario):
    code, out, err = scenario("--list")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == list(scenarios.SCENARIOS)
    assert all(line.endswith(scenarios.title(line.split()[0])) for line in lines)


@pytest.mark.parametrize("args", [("no_such_name",), ("link_used_twice", "--url", "127.0.0.1:4700"), ("--nonsense",)])
def test_wrong_arguments_are_reported_in_one_line(scenario, args):
    code, out, err = scenario(*args)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("Error: ")
    assert err.endswith(" See 'mockstytch scenario --help'.\n")


def test_unknown_name_is_reported_with_the_nearest_one(scenario):
    _, _, err = scenario("link_used_twice", "link_used_twize")
    assert err.startswith("Error: no scenario 'link_used_twize'. Did you mean link_used_twice? ")


def test_failed_scenario_reports_the_step(scenario, monkeypatch):
    def redeem_without_limit(ctx, token, *_):
        return ctx.store.get(OneTimeToken, token=token)

    monkeypatch.setattr("mockstytch.domain.credentials.one_time_tokens.redeem_link", redeem_without_limit)
    with MockStytch() as lenient:
        code, out, err = scenario("link_used_twice", "jit_join", "--url", lenient.url)
    reason = (
        'step 3, "Using the link again is refused": '
        "expected the error unable_to_auth_magic_link, but the call succeeded"
    )
    assert (code, err) == (1, f"mockstytch: link_used_twice failed at {reason}\n")
    assert f"  {reason}\n" in out
    assert "\n1 passed, 1 failed in " in out


def test_unreachable_server_is_reported(scenario):
    code, out, err = scenario("link_used_twice", "--url", "http://127.0.0.1:1")
    assert (code, out) == (1, "")
    assert re.fullmatch(r"mockstytch: no mockstytch server at http://127\.0\.0\.1:1: .*\n", err)


def test_closed_server_is_reported(scenario):
    with MockStytch(closed=True) as mock:
        output = scenario("link_used_twice", "--url", mock.url)
    assert output == (1, "", f"mockstytch: {mock.url} doesn't allow new projects: start it without --closed\n")


def test_missing_package_is_reported_with_the_install_command(scenario, uninstall, mockstytch_server):
    uninstall("faker")
    output = scenario("link_used_twice", "--url", mockstytch_server.url)
    assert output[:2] == (1, "")
    assert output[2].startswith("mockstytch: the package 'faker' isn't installed. ")
    assert 'pip install "PATH[demo]"' in output[2]
    assert scenario("--list")[0] == 0


def test_browser_scenario_is_skipped_without_playwright(scenario, uninstall, mockstytch_server):
    uninstall("playwright.sync_api")
    code, out, err = scenario("demo_app_in_a_browser", "--url", mockstytch_server.url)
    assert (code, err) == (0, "")
    assert "  -  skipped: playwright is not installed: pip install playwright\n" in out
