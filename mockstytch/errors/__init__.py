"""Every error the API answers with: one line each, named by its wire ``error_type``.

Raise one with ``raise errors.organization_not_found()``. The Python name is the wire string, so that one search finds
the rule, this catalogue and the test.
"""

from mockstytch.errors.basic import *
from mockstytch.errors.enterprise import *
from mockstytch.errors.fraud import *
from mockstytch.errors.kinds import Confidence, Kind, StytchError
from mockstytch.errors.management import *
from mockstytch.errors.oauth_server import *
from mockstytch.errors.rbac import *
from mockstytch.errors.scim import *
from mockstytch.errors.sso import *
from mockstytch.errors.sso_protocol import *
from mockstytch.errors.webhooks import *

__all__ = ["Confidence", "Kind", "StytchError", "catalogue"]


def catalogue() -> list[Kind]:
    """Every kind that is declared in this package, by ``error_type``."""
    found: dict[str, Kind] = {}
    for value in globals().values():
        for kind in value.values() if isinstance(value, dict) else [value]:
            if isinstance(kind, Kind):
                found.setdefault(kind.error_type, kind)
    return sorted(found.values(), key=lambda kind: kind.error_type)
