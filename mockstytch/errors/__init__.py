"""The catalogue of errors: every ``error_type`` that the server can return, one line each.

Raise an error with ``raise errors.organization_not_found(because="…")``. The Python name is the ``error_type``, so that
one text search finds the rule, the catalogue entry and the tests. ``because`` goes into the request log and is never
sent.

Each module lists the errors of one area. A comment above a group of errors is its heading in ``docs/errors.md``.
Messages with the letter D, and most with S, are the real API's: keep their exact text. This package must not import anything else
from mockstytch. Start with ``kinds.py``.
"""

from mockstytch.errors.fraud import *
from mockstytch.errors.kinds import Confidence, Kind, StytchError
from mockstytch.errors.login import *
from mockstytch.errors.management import *
from mockstytch.errors.members import *
from mockstytch.errors.oauth_server import *
from mockstytch.errors.organizations import *
from mockstytch.errors.rbac import *
from mockstytch.errors.requests import *
from mockstytch.errors.scim import *
from mockstytch.errors.sessions import *
from mockstytch.errors.sso import *

__all__ = ["Confidence", "Kind", "StytchError", "catalogue", "declared", "own"]


def catalogue() -> list[Kind]:
    """Return every declared error, sorted by ``error_type``."""
    found: dict[str, Kind] = {}
    for kind in declared():
        found.setdefault(kind.error_type, kind)
    return sorted(found.values(), key=lambda kind: kind.error_type)


def own() -> list[Kind]:
    """Return the errors that only mockstytch has, sorted by ``error_type``."""
    return sorted((kind for kind in declared() if kind.confidence == "M"), key=lambda kind: kind.error_type)


def declared() -> list[Kind]:
    """Return every declared error. OAuth has types with two statuses."""
    values = list(globals().values())
    kinds = [kind for value in values for kind in (value.values() if isinstance(value, dict) else [value])]
    return [kind for kind in kinds if isinstance(kind, Kind)]
