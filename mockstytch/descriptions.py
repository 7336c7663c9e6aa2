"""Descriptions of classes, their attributes and functions, read from the docstrings.

The OpenAPI document, the manifest and the console show them, so that each text is written once.
"""

import inspect
import re
from functools import cache

_ATTRIBUTE = re.compile(r"^ {4}(\w+(?:, \w+)*): (.+(?:\n {8}.+)*)", re.MULTILINE)


@cache
def described(model: type) -> tuple[str, dict[str, str]]:
    """Return the descriptions of a class and of its attributes, from its docstring."""
    text = inspect.cleandoc(model.__doc__ or "")
    about, _, section = text.partition("Attributes:\n")
    attributes = {}
    for names, sentence in _ATTRIBUTE.findall(section):
        for name in names.split(", "):
            attributes[name] = plain(sentence)
    return plain(about), attributes


def text_of(function: object) -> str:
    """Return the description of a function from its docstring, without its sections."""
    paragraphs = inspect.cleandoc(getattr(function, "__doc__", None) or "").split("\n\n")
    return "\n\n".join(plain(text) for text in paragraphs if not text.startswith(("Args:", "Raises:", "Returns:")))


def plain(text: str) -> str:
    """Return a text of a docstring on one line, with JSON's words and the marks of Markdown."""
    text = re.sub(r"\bNone\b", "`null`", text.replace("``", "`"))
    return re.sub(r"\s+", " ", text).strip()
