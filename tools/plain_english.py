"""Find phrases that are hard to read, and suggest plain English: ``python -m tools.plain_english``.

The check reads every text that a person reads in the tracked files: all of a page or a template, and the docstrings,
comments, longer strings and test names of a Python module. It skips error messages of the real API. It prints one line
for each hit, and exits with 1 if there are any. ``--at-most N`` accepts up to N hits, and then prints only their
number. Paths limit the check to some files or folders.

The phrases are in ``plain_english.toml``. To keep a phrase, write ``plain-english: allow`` and the reason in a comment
on its line, or add an exception to that file.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Allowed(NamedTuple):
    """An exception: in the files that match ``path``, lines that contain ``text`` aren't checked."""

    path: str
    text: str
    reason: str


_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
PHRASES = {phrase: suggestion for section in _DATA["phrases"].values() for phrase, suggestion in section.items()}
ALLOWED = [Allowed(**exception) for exception in _DATA["allowed"]]

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
    """Return the patterns by the first word that they match."""
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
    """Return the text with everything blanked that isn't prose. Line breaks stay."""
    if path.endswith(".py"):
        text = _extract(_PYTHON, text)
    elif path.endswith((".js", ".cjs", ".css")):
        text = _extract(_SCRIPT, text)
    elif path.endswith(".md"):
        text = _TARGET.sub("]", text)
    return _CODE.sub("_", text)


def _extract(literals: re.Pattern[str], text: str) -> str:
    """Return the comments, docstrings and strings of several words, and the names of tests."""
    parts, end = [], 0
    for found in literals.finditer(text):
        parts.append(_blank(text[end : found.start()]))
        end = found.end()
        if found["comment"]:
            parts.append(found[0])
        else:
            parts.append(_FIELD.sub("_", found[0]) if " " in found[0].strip("\"' ") else _blank(found[0]))
    parts.append(_blank(text[end:]))
    return "".join(parts)


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
    """Return the files to check: the repository's files, including new ones."""
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
