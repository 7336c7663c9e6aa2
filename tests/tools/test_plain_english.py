"""The check for phrases that are hard to read."""

from fnmatch import fnmatch

import pytest

from tools import plain_english
from tools.plain_english import ALLOWED, PHRASES, hits, prose

REWRITTEN = [
    ("Nothing but who is meant.", "Path parameters of one member."),
    ("Whom it is about.", "The member named in the path."),
    ("Joining an organization without being created by anybody", "Just-in-time provisioning of members."),
    ("The session that comes of it.", "Finish an MFA step and build the response."),
    ("Told so in this way, the UI goes on.", "This answer makes the official browser UI skip One Tap."),
    ("as Okta and Entra speak it", "including Okta's and Entra's quirks"),
    ("tested in no time at all", "Develop and test offline, in parallel, fast."),
    ("a project of its own", "a project just for this test"),
    ("It lies in `demo_app/`.", "The source is in `demo_app/`"),
    ("its reason stands in the log", "The request log shows the reason."),
    ("the cursor is none of ours", "unknown cursor"),
    ("'x' is no duration", "'x' isn't a valid duration"),
    ("The app is the member's no more.", "The app no longer belongs to the member."),
    ("404 where there is no such event", "404 if the event doesn't exist"),
    ("A connection of one's own to Keycloak", "You can connect a real Keycloak or Okta."),
    ("The current password is another.", "Current password is wrong."),
    ("Neither does it lead into another organization", "and it can't be exchanged for another organization"),
    ("A session may not be longer.", "A session can't be longer."),
    ("nobody is told", "No webhook endpoints yet."),
]

PLAIN = [
    "There is no member with this id, so it is no longer listed.",
    "Return at most 100 rows, no more than the limit.",
    "Who is logged in? Members who have a session.",
    "The answer to a request is its response.",
    "This endpoint neither reads nor writes the database.",
    "The message says what is wrong, with the value.",
    "The version is None until it is set.",
    "It is of course the same token.",
]


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


@pytest.mark.parametrize(("old", "plain"), REWRITTEN)
def test_old_sentence_is_found_and_its_plain_version_is_not(old, plain):
    assert phrases("page.md", old)
    assert phrases("page.md", plain) == []


@pytest.mark.parametrize("sentence", PLAIN)
def test_plain_sentence_is_left_alone(sentence):
    assert phrases("page.md", sentence) == []


@pytest.mark.parametrize(
    "code",
    [
        '"""Call whoever is there."""',
        "x = 1  # for whoever asked",
        'because = "whoever asked for it"',
        'because = f"{name!r} is for whoever asked"',
        'because = "it is for " "whoever it is"',
        "def test_whoever_asks_is_answered():\n    pass",
    ],
)
def test_texts_of_a_python_module_are_read(code):
    assert phrases("module.py", code) == ["whoever"]


@pytest.mark.parametrize(
    "code",
    [
        'x = "whoever"',
        "whoever = 1",
        "def whoever(): ...",
        'f"{whoever} asked"',
        '"""See ``whoever``."""',
        "x.is_told()",
    ],
)
def test_identifiers_and_values_are_not_read(code):
    assert phrases("module.py", code) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("page.html", '<input placeholder="whoever">'),
        ("page.html", "<p>{{ name }}, whoever</p>"),
        ("style.css", "/* for whoever */"),
        ("code.js", "call(); // for whoever"),
        ("code.js", "say('for whoever')"),
        ("ci.yml", "name: x # whoever"),
        ("mail.txt", "whoever"),
    ],
)
def test_texts_of_other_files_are_read(path, text):
    assert phrases(path, text) == ["whoever"]


@pytest.mark.parametrize(
    ("path", "text"),
    [("page.html", "{% if whoever %}"), ("code.js", "whoever()"), ("style.css", ".whoever {}"), ("a.md", "`whoever`")],
)
def test_code_of_other_files_is_not_read(path, text):
    assert phrases(path, text) == []


def test_phrase_across_two_lines_is_found_on_the_first():
    (hit,) = hits("module.py", '"""Text.\n\nThe cursor is none\nof these.\n"""\n')
    assert str(hit) == "module.py:3: \"is none of\": isn't valid, isn't one of"
    assert phrases("module.py", "# the cursor is\n    # none of these") == ["is none of"]


def test_line_numbers_stay_right_behind_code():
    text = "x = '''a\nb'''\n\n\ndef test_a():\n    x()\n\n\ndef test_whoever():\n    pass\n"
    assert [hit.line for hit in hits("module.py", text)] == [9]
    assert prose("module.py", text).count("\n") == text.count("\n")


def test_code_between_two_strings_ends_a_phrase():
    assert phrases("module.py", 'f("the list is", "none of these things")') == []


def test_target_of_a_link_is_not_read():
    assert phrases("page.md", "see the [pages](whoever.md) of these") == []
    assert phrases("page.md", "see the [pages of whoever](pages.md)") == ["whoever"]


def test_messages_of_the_real_api_are_not_read():
    line = 'x = b2b(400, "x", "It may not be.", "{}")'
    assert phrases("mockstytch/errors/sso.py", line.format("D")) == []
    assert phrases("mockstytch/errors/sso.py", line.format("S")) == []
    assert phrases("mockstytch/errors/sso.py", line.format("M")) == ["may not"]
    assert phrases("docs/errors.md", "| `x` | 400 | D | It may not be. |") == []


def test_mark_with_a_reason_allows_a_line():
    assert phrases("module.py", "# for whoever  plain-english: allow, quoted from the specification") == []
    assert phrases("page.md", "for whoever <!-- plain-english: allow (a title) -->") == []
    assert phrases("module.py", "# for whoever  plain-english: allow") == ["whoever"]


@pytest.mark.parametrize("allowed", ALLOWED, ids=lambda allowed: allowed.text or allowed.path)
def test_exception_is_needed_and_has_a_reason(allowed):
    paths = [path for path in plain_english.files() if fnmatch(path, allowed.path)]
    assert any(allowed.text in (plain_english.ROOT / path).read_text(encoding="utf-8") for path in paths)
    assert allowed.reason


def test_exception_is_for_its_files_and_lines_only(monkeypatch):
    monkeypatch.setattr(plain_english, "ALLOWED", [plain_english.Allowed("docs/*", "a quote", "quoted")])
    assert phrases("docs/page.md", "a quote of whoever\nwhoever") == ["whoever"]
    assert phrases("page.md", "a quote of whoever") == ["whoever"]


@pytest.fixture
def repository(monkeypatch):
    monkeypatch.setattr(plain_english, "files", lambda paths=(): ["a.md", "b.md"])
    monkeypatch.setattr(plain_english, "ROOT", FakeRoot())


class FakeRoot:
    def __truediv__(self, path):
        return self

    def read_text(self, encoding):
        return "Ask whoever.\n"


def test_command_lists_the_hits_and_fails(repository, capsys):
    assert plain_english.main([]) == 1
    assert capsys.readouterr().out.splitlines() == [
        'a.md:1: "whoever": name the member, user, caller or admin',
        'b.md:1: "whoever": name the member, user, caller or admin',
        "2 phrases to rewrite; at most 0 accepted",
    ]


@pytest.mark.parametrize(("at_most", "status", "lines"), [(1, 1, 3), (2, 0, 1), (3, 0, 1)])
def test_command_accepts_as_many_hits_as_it_is_given(repository, capsys, at_most, status, lines):
    assert plain_english.main(["--at-most", str(at_most)]) == status
    assert len(capsys.readouterr().out.splitlines()) == lines


def test_files_are_those_of_the_repository():
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
