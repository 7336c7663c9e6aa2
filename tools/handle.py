"""The methods and properties of the Python handle, for ``docs/python.md``, read from its classes."""

import inspect
import re
from collections.abc import Callable
from typing import Any

from mockstytch.client.clock import ProjectClock
from mockstytch.client.faults import Faults
from mockstytch.client.fraud import Fraud
from mockstytch.client.handle import MockStytch
from mockstytch.client.inbox import Inbox
from mockstytch.client.projects import Projects
from mockstytch.client.request_log.requests import Requests
from mockstytch.client.snapshots import Snapshots
from mockstytch.client.webhooks import Webhooks

PARTS: dict[str, type[Any]] = {
    "mock": MockStytch,
    "mock.inbox": Inbox,
    "mock.requests": Requests,
    "mock.clock": ProjectClock,
    "mock.webhooks": Webhooks,
    "mock.fraud": Fraud,
    "mock.faults": Faults,
    "mock.snapshots": Snapshots,
    "mock.projects": Projects,
}


def rows(name: str) -> list[tuple[str, str]]:
    """Return each method and property of a part of the handle, with its description."""
    found = []
    for member, value in vars(PARTS[name]).items():
        if (member.startswith("_") and member != "__call__") or not (callable(value) or isinstance(value, property)):
            continue
        text = inspect.getdoc(value)
        assert text, f"{name}.{member} has no docstring"
        call = f".{member}" if isinstance(value, property) else f".{member}({_parameters(value)})"
        found.append((f"`{name}{call.removeprefix('.__call__')}`", _sentence(text)))
    return found


def _parameters(function: Callable[..., Any]) -> str:
    """Return the parameters without types; optional ones with their default."""
    found = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        bare = parameter.replace(annotation=inspect.Parameter.empty)
        found.append(re.sub(r"^(\w+) = ", r"\1=", str(bare)))
    return ", ".join(found)


def _sentence(docstring: str) -> str:
    """Return the first paragraph of a docstring, and its arguments."""
    does, _, rest = docstring.partition("\n\n")
    arguments = re.search(r"Args:\n((?: {4}.*\n?)+)", rest)
    named = re.sub(r"^ {4}(\w+): ", r"*\1*: ", arguments[1], flags=re.MULTILINE) if arguments else ""
    return re.sub(r"\s+", " ", f"{does} {named}").strip().replace("``", "`")
