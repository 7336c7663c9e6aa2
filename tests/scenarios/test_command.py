"""``mockstytch scenario`` and ``python -m scenarios.<name>``."""

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

Said = tuple[int, str, str]  # exit code, stdout, stderr


@pytest.fixture
def scenario(monkeypatch, capsys) -> Callable[..., Said]:
    """``scenario("--list")``: the command in this process, which spares each test the imports of a new one."""
    for name in ("NO_COLOR", "MOCKSTYTCH_URL", "MOCKSTYTCH_SCENARIO_SEED"):
        monkeypatch.delenv(name, raising=False)

    def call(*args: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["mockstytch", "scenario", *args])
        code = 0
        try:
            main()
        except SystemExit as e:
            code = e.code
        finally:
            gc.enable()  # the command turns it off
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def missing(monkeypatch) -> Callable[[str], None]:
    """``missing("faker")``: as if that were not installed."""

    def call(package: str) -> None:
        monkeypatch.delitem(sys.modules, "scenarios._cast", raising=False)
        monkeypatch.setitem(sys.modules, package, None)

    return call


def started(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        env={**{k: v for k, v in os.environ.items() if k != "MOCKSTYTCH_URL"}, "PYTHONIOENCODING": "utf-8"},
        cwd=Path(scenarios.__file__).parent.parent,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_stories_on_a_server_of_their_own():
    done = started("mockstytch", "scenario", "link-used-twice", "discovery_sign_up")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("A link that was used twice\n  1  ")
    assert "\nSign-up by discovery creates the first organization\n" in done.stdout
    assert "\n2 told in " in done.stdout
    assert "\x1b" not in done.stdout


def test_one_story_as_a_module(mockstytch_server):
    done = started("scenarios.link_used_twice", "--url", mockstytch_server.url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("A link that was used twice\n  1  ")


def test_a_server_that_runs_already_and_a_seed(scenario, mockstytch_server):
    def steps(seed: str) -> list[str]:
        code, out, _ = scenario("link_used_twice", "--url", mockstytch_server.url, "--seed", seed)
        assert code == 0
        return [line for line in out.splitlines() if re.match(r" +\d+  ", line)]

    first = steps("11")
    assert len(first) == 5
    assert first == steps("11")
    assert first != steps("12")


def test_list_names_and_titles_them_all(scenario):
    code, out, err = scenario("--list")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == list(scenarios.STORIES)
    assert all(line.endswith(scenarios.title(line.split()[0])) for line in lines)


@pytest.mark.parametrize("args", [("no_such_story",), ("link_used_twice", "--url", "127.0.0.1:4700"), ("--nonsense",)])
def test_wrong_usage(scenario, args):
    code, out, err = scenario(*args)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: ")


def test_an_unknown_name_lists_the_known_ones(scenario):
    _, _, err = scenario("link_used_twice", "no_such_story")
    assert "there is no story no_such_story. There are: " in err
    assert all(name in err for name in scenarios.STORIES)


def test_a_story_that_fails_names_the_step(scenario, monkeypatch):
    def redeem_as_often_as_you_like(ctx, token, *_):
        return ctx.store.get(OneTimeToken, token=token)

    monkeypatch.setattr("mockstytch.domain.credentials.one_time_tokens.redeem_link", redeem_as_often_as_you_like)
    with MockStytch() as lenient:
        code, out, err = scenario("link_used_twice", "jit_join", "--url", lenient.url)
    why = (
        'step 3, "Somebody finds the link in the browser\'s history": '
        "expected the refusal unable_to_auth_magic_link, got a success"
    )
    assert (code, err) == (1, f"mockstytch: link_used_twice failed at {why}\n")
    assert f"  {why}\n" in out
    assert "\n1 told, 1 failed in " in out


def test_a_server_that_is_not_there(scenario):
    code, out, err = scenario("link_used_twice", "--url", "http://127.0.0.1:1")
    assert (code, out) == (1, "")
    assert re.fullmatch(r"mockstytch: no mockstytch answers at http://127\.0\.0\.1:1: .*\n", err)


def test_a_server_that_lets_no_new_projects_in(scenario):
    with MockStytch(closed=True) as mock:
        said = scenario("link_used_twice", "--url", mock.url)
    assert said == (1, "", f"mockstytch: {mock.url} lets no new projects in: start it without --closed\n")


def test_without_an_optional_package_one_line_says_what_to_install(scenario, missing, mockstytch_server):
    missing("faker")
    what_to_do = "Install all of their needs with: pip install 'mockstytch[demo]'\n"
    said = scenario("link_used_twice", "--url", mockstytch_server.url)
    assert said == (1, "", f"mockstytch: the stories need the package 'faker'. {what_to_do}")
    assert scenario("--list")[0] == 0


def test_without_playwright_the_browser_story_is_skipped(scenario, missing, mockstytch_server):
    missing("playwright.sync_api")
    code, out, err = scenario("demo_app_in_a_browser", "--url", mockstytch_server.url)
    assert (code, err) == (0, "")
    assert "  -  skipped: playwright is not installed: pip install playwright\n" in out
