"""Formats of exported documents, and the upgrade of earlier ones.

Before a change that an earlier document doesn't survive, such as a renamed column, raise ``CURRENT`` by one, and add
a function to ``UPGRADES``. Keep a document of the earlier format in ``tests/snapshots/formats/``: the tests import it.
A new column with a default needs neither.
"""

import re
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]

CURRENT = 1
# By the format that a function upgrades to the next one.
UPGRADES: dict[int, Callable[[Document], Document]] = {}


class DocumentError(Exception):
    """A document that can't be imported. The message says where the mistake is."""


def name(number: int = CURRENT) -> str:
    """Return the value of ``format`` in a document."""
    return f"mockstytch/{number}"


def upgrade(document: Document) -> Document:
    """Return the document in the current format.

    Raises:
        DocumentError: if it isn't an export, or is from a later version of this server.
    """
    given = document.get("format")
    match = re.fullmatch(r"mockstytch/([1-9][0-9]{0,5})", given) if isinstance(given, str) else None
    if match is None:
        raise DocumentError(f'this isn\'t an export: "format" must be "{name()}"')
    number = int(match[1])
    if number > CURRENT:
        raise DocumentError(f"format {given} is newer than this server, which reads formats up to {name()}")
    for step in range(number, CURRENT):
        document = UPGRADES[step](document)
    return document
