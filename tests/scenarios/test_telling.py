"""How stories sound, and what is said of one that fails."""

import io
from types import SimpleNamespace

import pytest

from scenarios._story import Story, StorySkipped
from scenarios._tell import Outcome, main, tell, tell_one
from scenarios._voice import Voice, shortened
from scenarios.demo_app_in_a_browser import _executable

SESSION_JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZW1iZXIifQ.c2lnbmF0dXJl"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(server, run, out=None):
    """The outcome of a story made here, and what was heard of it."""
    out, outcome = out or io.StringIO(), Outcome()
    tell_one("made_here", "A story made here", run, server.url, 1, Voice(out), outcome)
    return outcome, out.getvalue()


def test_a_story_has_a_title_numbered_steps_what_came_back_and_an_end(mockstytch_server):
    out = io.StringIO()
    outcome = tell(["link_used_twice"], mockstytch_server.url, voice=Voice(out))
    assert (outcome.told, outcome.failed, outcome.skipped) == (["link_used_twice"], {}, {})
    lines = out.getvalue().splitlines()
    assert lines[0] == "A link that was used twice"
    steps = [line for line in lines if line[:3].strip().isdigit()]
    assert [int(line[:3]) for line in steps] == [1, 2, 3, 4, 5]
    assert "       refused: 401 unable_to_auth_magic_link" in lines
    assert lines[-2].startswith("  ✓  ")
    assert "\x1b" not in out.getvalue()
    assert max(map(len, lines)) < 160


def test_several_stories_end_with_a_summary(mockstytch_server):
    out = io.StringIO()
    tell(["link_used_twice", "jit_join"], mockstytch_server.url, voice=Voice(out))
    assert out.getvalue().splitlines()[-1].startswith("2 told in ")


def test_an_expectation_that_fails_names_the_step_and_both_values(mockstytch_server):
    def run(story: Story) -> None:
        story.step("Somebody founds a company")
        story.step("It has another name")
        story.expect(story.organization(story.cast.company()), organization_name="Nonsense Ltd")

    outcome, heard = told(mockstytch_server, run)
    why = outcome.failed["made_here"]
    assert why.startswith("step 2, \"It has another name\": organization_name: expected 'Nonsense Ltd', got '")
    assert f"  ✗  {why}" in heard
    assert (outcome.told, str(outcome)) == ([], "1 failed")


def test_a_refusal_that_does_not_come_and_one_that_is_another(mockstytch_server):
    def accepted(story: Story) -> None:
        story.refused("organization_not_found", story.client.organizations.create, organization_name="Acme")

    def another(story: Story) -> None:
        story.refused("member_not_found", story.client.organizations.get, "nowhere")

    assert (
        told(mockstytch_server, accepted)[0]
        .failed["made_here"]
        .endswith("expected the refusal organization_not_found, got a success")
    )
    assert (
        told(mockstytch_server, another)[0]
        .failed["made_here"]
        .endswith("expected the refusal member_not_found, got 404 organization_not_found")
    )


def test_a_refusal_that_nobody_expected_is_told_in_one_line(mockstytch_server):
    def run(story: Story) -> None:
        story.step("Somebody looks for an organization")
        story.client.organizations.get("nowhere")

    outcome, heard = told(mockstytch_server, run)
    assert outcome.failed["made_here"] == (
        'step 1, "Somebody looks for an organization": '
        "refused with 404 organization_not_found: Organization could not be found."
    )
    assert "Traceback" not in heard


def test_a_defect_of_the_story_is_told_in_one_line(mockstytch_server):
    outcome, _ = told(mockstytch_server, lambda story: story.click(None))
    assert outcome.failed["made_here"].startswith("before the first step: AttributeError: ")


def test_a_story_that_cannot_be_told_here_says_why(mockstytch_server):
    def run(story: Story) -> None:
        raise StorySkipped("there is no Chromium")

    outcome, heard = told(mockstytch_server, run)
    assert outcome.skipped == {"made_here": "there is no Chromium"}
    assert "skipped: there is no Chromium" in heard


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colours_on_a_terminal_that_wants_them(mockstytch_server, monkeypatch, no_color, coloured):
    monkeypatch.setenv("NO_COLOR", no_color)
    _, heard = told(mockstytch_server, lambda story: story.step("Nothing happens"), Terminal())
    assert ("\x1b[" in heard) == coloured


def test_a_stream_that_knows_no_tick_gets_a_word():
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    Voice(out).told(0.5)
    Voice(out).detail("café")
    out.flush()
    assert raw.getvalue().decode() == "  ok  0.50 s\n\n       caf?\n"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("member-session-test-0a1b2c3d-0000-4000-8000-000000000000 lives", "member-session-test-0a1b2c3d... lives"),
        ("token=" + "Ab3-_" * 8 + "xyz=&slug=acme", "token=Ab3-_Ab3...&slug=acme"),
        (SESSION_JWT + " is a JWT", "eyJhbGci... is a JWT"),
        ("an-ordinary-slug at jones-group.example", "an-ordinary-slug at jones-group.example"),
    ],
)
def test_ids_and_tokens_are_shortened(text, short):
    assert shortened(text) == short


def test_one_story_by_itself(mockstytch_server, capsys):
    from scenarios.link_used_twice import run

    with pytest.raises(SystemExit) as ended:
        main(run, ["--url", mockstytch_server.url, "--seed", "5"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("A link that was used twice\n  1  ")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--seed", "x"], 2),
        (["--url", "http://127.0.0.1:1"], "no mockstytch answers at http://127.0.0.1:1: "),
    ],
)
def test_one_story_by_itself_that_cannot_begin(capsys, args, code):
    with pytest.raises(SystemExit) as ended:
        main(run_nothing, args)
    assert str(ended.value.code).startswith(str(code))
    assert capsys.readouterr().out == ""


def run_nothing(story: Story) -> None:
    raise AssertionError("it was not to begin")


def test_the_browser_that_is_named_or_found(monkeypatch, tmp_path):
    playwrights_own = tmp_path / "own"
    playwright = SimpleNamespace(chromium=SimpleNamespace(executable_path=str(playwrights_own)))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StorySkipped, match="there is no Chromium"):
        _executable(playwright)
    playwrights_own.touch()
    assert _executable(playwright) == str(playwrights_own)
    found = tmp_path / "google-chrome"
    found.touch(0o755)
    assert _executable(playwright) == str(found)
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nowhere"))
    with pytest.raises(StorySkipped, match=r"CHROMIUM names .*nowhere, which is not there"):
        _executable(playwright)
