"""Find phrases that are hard to read, and suggest plain English: ``python -m tools.plain_english``.

The check reads every text that a person reads in the tracked files: all of a page or a template, and the docstrings,
comments, longer strings and test names of a Python module. It skips error messages of the real API. It prints one line
for each hit, and exits with 1 if there are any. ``--at-most N`` accepts up to N hits, and then prints only their
number. Paths limit the check to some files or folders.

To keep a phrase, write ``plain-english: allow`` and the reason in a comment on its line, or add it to ``ALLOWED``.
"""

import argparse
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent

_PERSON = "name the member, user, caller or admin"
_NAME_IT = "name the thing"

# A pattern is a row of words. ``a|b`` is either word, ``*`` any word, ``!a|b`` another word, and ``^`` the start of a
# sentence. ``!`` and ``^`` match without using up a word.
PHRASES = {
    # People
    "whom|whoever|whomever|whosoever": _PERSON,
    "somebody|nobody|everybody|anybody": _PERSON,
    "those|one|for|of|to|by|but|only|except|whether who": _PERSON,
    "decide|decides|say|says|know|knows|show|shows|choose|return|needs|asks who": _PERSON,
    "^ who !is|are|can|may|sees|owns": _PERSON,
    "one's": "its, their, your",
    # Old words
    "hence|lest|thereby|wherein|whereby|whence|therein|thereof|thereupon|whereupon|henceforth|hitherto|thence": (
        "so, then, in which"
    ),
    "anew": "again",
    "once more": "again",
    "beforehand": "before, in advance",
    "upon": "on",
    "shall|ought": "must, should",
    "whilst|amongst|albeit|notwithstanding": "while, among, although, despite",
    "vouch|vouches|vouched": "verify",
    "obey|obeys|obeyed": "follow",
    "founds|founding|found an organization": "create an organization",
    "insist|insists on": "require",
    "save for": "except",
    "but for|one|those": "except",
    "nothing|everything|none|nowhere but": "only, except",
    "for it is|has|was|does": "because it",
    "no more !than|than|of|and|or|,|retries|pages|rows|results": "no longer",
    "in no time": "fast",
    "without a thought|word": "delete it, or: without an error",
    "at one go": "at once, in one read",
    "in passing": "delete it, or say when",
    "from then|there on": "after that",
    "the like": "list them, or: and similar",
    "left standing": "kept",
    "for real": "really, properly",
    "to begin with": "initial",
    "wish|wishes": "option",
    "hold|holds|held against": "compare with",
    # Saying and telling
    "is|are|was|were|be|been|being|gets told": "receive, be sent",
    "tell|tells|told|telling of|it|so|them|by|nothing|apart": "send, report, return",
    "tell|tells|told|telling stories|story": "run, describe",
    "answers|answered with|what|how|which|that|a|an|the|it|whether": "return",
    "answer with|what|how": "return",
    "say|says|said so|nothing|beforehand|no": "set, define, return, describe",
    "speaks|speak|spoken": "use, support",
    "ask|asks|asked anew|nothing": "send no request, request again",
    # Code isn't a person
    "wants": "needs, requires, expects",
    "knows|know nothing|no|of|it|what|how|which": "contain, store, be independent of",
    "plays|played the|a|an": "act as",
    "thinks|thought of": "treat as",
    "take|takes|taken for": "treat as",
    # Places
    "lie|lies|lay in|on|under|there|beside|inside|with": "be stored in, be in",
    "stand|stands|stood in|on|for|there|beside|below|under|above|still|with": "be in, see, represent, be frozen",
    "as|what|where it|they|that stands|stand": "unchanged",
    "lands|land at|on|there|where": "redirect to",
    "lead|leads|led nowhere|somewhere|there|here|into|elsewhere": "redirect to, link to",
    # Word order and reference
    "is|are|was|were none of": "isn't valid, isn't one of",
    "!there is|are|was no !longer *": "isn't a",
    "is|are|was of !course|type|length|no": "belong to, have",
    "is|are|was another .": "is different",
    "another than": "a different one",
    "of its|their|your|his|our|my own": "put it before the noun: its own project",
    "those that|which|whose|of|from|in|with": "repeat the noun",
    "that of|from|which": "repeat the noun",
    "what is|was|are|were meant|asked|wanted|there|said|sent|known|left|new|missing|needed|here": _NAME_IT,
    "what|which came|comes along|of|in|back": _NAME_IT,
    "came|comes|come along": "be sent, be passed",
    "comes|come|came of": "result from",
    "brought|bring|brings along|back|in|by": "send, pass, return",
    "is|are|was|were to be|get|have|go|serve|find|show|come|stay|hold": "must, should",
    "among it|them|which": "including",
    "all that": "everything that",
    "look|looks among": "look in",
    "^ not there|here": "not supported, not available",
    "^ of !course|these|the": "start with the subject",
    "so is|are|do|does|did|has|have": "also",
    "neither does|do|is|are|can|has|have": "also not",
    "nor does|do|is|are|can|has|have|anything": "and not",
    "^ neither|nor": "not … either",
    "go|goes|went on with": "continue with",
    "where there|none|nothing|neither": "if there",
    "where it|that|they|one is|isn't|are|aren't|has|fails|can't|doesn't|was !stored|kept|used|defined|needed|set": "if",
    "is|are gone": "was deleted, has expired",
    "may not": "can't, isn't allowed to, might not",
    "concerns|concerning it|him|them": "about",
    "have|has|had to do with": "be about, use",
    "such as are|is|have|has|come": "the ones that",
    "of|by this|that|its name": "named, with this name",
    "prove|proves|proved|proven who|by|it": "verify, sign in with",
    "a|whole|another world|worlds": "data, a project",
    "clock|time stands": "the clock is frozen",
}


class Allowed(NamedTuple):
    """An exception: in the files that match ``path``, lines that contain ``text`` aren't checked."""

    path: str
    text: str
    reason: str


ALLOWED = [
    Allowed("tools/plain_english.py", "", "lists the phrases"),
    Allowed("tests/tools/test_plain_english.py", "", "shows the phrases"),
    Allowed("mockstytch/errors/*.py", ', "D")', "recorded from the real API"),
    Allowed("mockstytch/errors/*.py", ', "S")', "taken from an official SDK"),
    Allowed("docs/errors.md", " | D | ", "recorded from the real API"),
    Allowed("docs/errors.md", " | S | ", "taken from an official SDK"),
    Allowed("*", "You may not attach an MFA factor to a member that is not active.", "the real API's message"),
    Allowed("*", "Oops, something seems to have gone wrong", "the real API's message"),
    Allowed("*", "Granted to all Members upon creation", "the real API's description of a default role"),
]

_CHECKED = re.compile(r"(\.(py|md|html|css|c?js|txt|ya?ml|toml|json)|(^|/)(Makefile|Dockerfile|\.ci/run))$")
_MARK = re.compile(r"plain-english: allow\W+\w+")
_WORD = re.compile(r"\w+(?:'\w+)?|[.,:;!?()|]")
_PYTHON = re.compile(
    r"""(?P<comment>\#[^\n]*)"""
    r'''|"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*\'''',
    re.DOTALL,
)
_SCRIPT = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`""", re.DOTALL
)
_TEST = re.compile(r"def (test_\w+)")
_TARGET = re.compile(r"\]\([^)\s]+\)")
_CODE = re.compile(r"`[^`\s]+`|\{\{.*?\}\}|\{%.*?%\}|\w+://\S+")
_FIELD = re.compile(r"\{[^{}\n]*\}")
_END = frozenset(".:;!?()|")


class Hit(NamedTuple):
    path: str
    line: int
    phrase: str
    suggestion: str

    def __str__(self) -> str:
        return f'{self.path}:{self.line}: "{self.phrase}": {self.suggestion}'


class Pattern(NamedTuple):
    words: tuple[tuple[str, frozenset[str]], ...]
    suggestion: str

    def match(self, words: list[str], start: int) -> int:
        """Return the index after the last word of the phrase, or 0 if it doesn't begin at ``start``."""
        at = start
        for kind, choices in self.words:
            if kind == "^":
                if start and words[start - 1] not in _END:
                    return 0
            elif kind == "!":
                neighbour = at if at > start else start - 1
                if 0 <= neighbour < len(words) and words[neighbour] in choices:
                    return 0
            elif at >= len(words) or (words[at] not in choices if choices else words[at] in _END):
                return 0
            else:
                at += 1
        return at


def _compile() -> dict[str, list[Pattern]]:
    """The patterns by the first word that they match."""
    index: dict[str, list[Pattern]] = defaultdict(list)
    for text, suggestion in PHRASES.items():
        words = []
        for part in text.split():
            kind = part[0] if part[0] in "!^" else ""
            choices = frozenset() if part == "*" else frozenset(part.removeprefix(kind).split("|"))
            words.append((kind, choices))
        pattern = Pattern(tuple(words), suggestion)
        for word in next(choices for kind, choices in words if not kind):
            index[word].append(pattern)
    return index


_INDEX = _compile()


def prose(path: str, text: str) -> str:
    """Return the text with everything blanked that isn't prose. Line breaks stay where they are."""
    if path.endswith(".py"):
        text = _extract(_PYTHON, text)
    elif path.endswith((".js", ".cjs", ".css")):
        text = _extract(_SCRIPT, text)
    elif path.endswith(".md"):
        text = _TARGET.sub("]", text)
    return _CODE.sub("_", text)


def _extract(literals: re.Pattern[str], text: str) -> str:
    """Return the comments, docstrings and strings of several words, and the names of tests."""
    kept, end = [], 0
    for found in literals.finditer(text):
        kept.append(_blank(text[end : found.start()]))
        end = found.end()
        if found["comment"]:
            kept.append(found[0])
        else:
            kept.append(_FIELD.sub("_", found[0]) if " " in found[0].strip("\"' ") else _blank(found[0]))
    kept.append(_blank(text[end:]))
    return "".join(kept)


def _blank(code: str) -> str:
    """Return only the line breaks and names of tests. Code between two strings ends a phrase."""
    if not code.strip():
        return code
    return "\n".join(" ; " + " ; ".join(_TEST.findall(line)).replace("_", " ") for line in code.split("\n"))


def _allowed(path: str, line: str) -> bool:
    return bool(_MARK.search(line)) or any(a.text in line and fnmatch(path, a.path) for a in ALLOWED)


def hits(path: str, text: str) -> Iterator[Hit]:
    """Find the phrases in one file."""
    found = list(_WORD.finditer(prose(path, text)))
    words = [match[0].lower() for match in found]
    lines: list[str] = []
    start = 0
    while start < len(words):
        end = 0
        for pattern in _INDEX.get(words[start], ()):
            if end := pattern.match(words, start):
                lines = lines or text.split("\n")
                line = found[0].string.count("\n", 0, found[start].start()) + 1
                if not _allowed(path, lines[line - 1]):
                    yield Hit(path, line, " ".join(m[0] for m in found[start:end]), pattern.suggestion)
                break
        start = end or start + 1


def files(paths: Iterable[str] = ()) -> list[str]:
    """Return the files to check: those in the repository, new ones included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *paths]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")  # noqa: S603
    return sorted(path for path in set(listed) if _CHECKED.search(path) and (ROOT / path).is_file())


def check(paths: Iterable[str] = ()) -> list[Hit]:
    """Find the phrases in the files of the repository."""
    return [hit for path in files(paths) for hit in hits(path, (ROOT / path).read_text(encoding="utf-8"))]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.plain_english", description="Find phrases to rewrite.")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders; without any, the whole repository")
    parser.add_argument("--at-most", type=int, default=0, metavar="N", help="accept N hits (default: 0)")
    options = parser.parse_args(arguments)
    found = check(options.paths)
    accepted = len(found) <= options.at_most
    for hit in found if options.at_most == 0 or not accepted else ():
        sys.stdout.write(f"{hit}\n")
    sys.stdout.write(f"{len(found)} phrases to rewrite; at most {options.at_most} accepted\n")
    return 0 if accepted else 1


if __name__ == "__main__":
    sys.exit(main())
