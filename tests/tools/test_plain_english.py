"""The check for phrases that are hard to read."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tools import plain_english
from tools.plain_english import ALLOWED, PHRASES, hits, prose

SAMPLES = tomllib.loads(Path(__file__).with_name("plain_english.toml").read_text(encoding="utf-8"))
WORD = SAMPLES["word"]


def phrases(path: str, text: str) -> list[str]:
    return [hit.phrase for hit in hits(path, text)]


@pytest.mark.parametrize("pattern", PHRASES)
def test_every_pattern_finds_its_phrases(pattern):
    before = "" if pattern[0] == "^" else "_ "
    parts = [part for part in pattern.split() if part[0] not in "!^"]
    choices = [["thing"] if part == "*" else part.split("|") for part in parts]
    for n in range(max(map(len, choices))):
        phrase = " ".join(words[n % len(words)] for words in choices)
        found = list(hits("page.md", f"{before}{phrase} _"))
        assert any(PHRASES[pattern] == hit.suggestion for hit in found), phrase


@pytest.mark.parametrize(("old", "plain"), SAMPLES["rewritten"])
def test_old_sentence_is_found_and_its_plain_version_is_not(old, plain):
    assert phrases("page.md", old)
    assert phrases("page.md", plain) == []


@pytest.mark.parametrize("sentence", SAMPLES["plain"])
def test_plain_sentence_has_no_phrase(sentence):
    assert phrases("page.md", sentence) == []


@pytest.mark.parametrize(("path", "text"), SAMPLES["read"])
def test_texts_for_people_are_checked(path, text):
    assert phrases(path, text) == [WORD]


@pytest.mark.parametrize(("path", "text"), SAMPLES["ignored"])
def test_code_and_allowed_lines_are_ignored(path, text):
    assert phrases(path, text) == []


@pytest.mark.parametrize(("path", "text", "line"), SAMPLES["split"])
def test_phrase_across_two_lines_is_found_on_the_first(path, text, line):
    (hit,) = hits(path, text)
    assert str(hit) == f"{path}:{line}: \"{hit.phrase}\": isn't valid, isn't one of"


def test_line_numbers_after_a_multiline_string_are_right():
    text = f"x = '''a\nb'''\n\n\ndef test_a():\n    x()\n\n\ndef test_{WORD}():\n    pass\n"
    assert [hit.line for hit in hits("module.py", text)] == [9]
    assert prose("module.py", text).count("\n") == text.count("\n")


def test_recorded_messages_of_the_real_api_are_ignored():
    line = SAMPLES["message"]
    assert phrases("mockstytch/errors/sso.py", line.format("D")) == []
    assert phrases("mockstytch/errors/sso.py", line.format("S")) == []
    assert phrases("mockstytch/errors/sso.py", line.format("M")) == [SAMPLES["message_phrase"]]
    assert phrases("docs/errors.md", SAMPLES["message_in_docs"]) == []


@pytest.mark.parametrize("allowed", ALLOWED, ids=lambda allowed: allowed.text or allowed.path)
def test_exception_is_needed_and_has_a_reason(allowed):
    paths = [path for path in plain_english.files() if fnmatch(path, allowed.path)]
    assert any(allowed.text in (plain_english.ROOT / path).read_text(encoding="utf-8") for path in paths)
    assert allowed.reason


def test_exception_is_for_its_files_and_lines_only(monkeypatch):
    monkeypatch.setattr(plain_english, "ALLOWED", [plain_english.Allowed("docs/*", "a quote", "quoted")])
    assert phrases("docs/page.md", f"a quote of {WORD}\n{WORD}") == [WORD]
    assert phrases("page.md", f"a quote of {WORD}") == [WORD]


@pytest.fixture
def repository(monkeypatch):
    monkeypatch.setattr(plain_english, "files", lambda paths=(): ["a.md", "b.md"])
    monkeypatch.setattr(plain_english, "ROOT", FakeRoot())


class FakeRoot:
    def __truediv__(self, path):
        return self

    def read_text(self, encoding):
        return f"Ask {WORD}.\n"


def test_command_lists_the_hits_and_fails(repository, capsys):
    assert plain_english.main([]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f'a.md:1: "{WORD}": name the member, user, caller or admin',
        f'b.md:1: "{WORD}": name the member, user, caller or admin',
        "2 phrases to rewrite; at most 0 accepted",
    ]


@pytest.mark.parametrize(("at_most", "status", "lines"), [(1, 1, 3), (2, 0, 1), (3, 0, 1)])
def test_command_accepts_as_many_hits_as_it_is_given(repository, capsys, at_most, status, lines):
    assert plain_english.main(["--at-most", str(at_most)]) == status
    assert len(capsys.readouterr().out.splitlines()) == lines


def test_files_of_the_repository_are_listed():
    found = plain_english.files()
    assert {
        "README.md",
        "Makefile",
        ".ci/run",
        "tools/plain_english.py",
        "mockstytch/domain/shared/mails/texts.json",
    } <= set(found)
    assert not any(path.startswith(".venv/") for path in found)
    assert set(plain_english.files(["tools"])) == {path for path in found if path.startswith("tools/")}
