"""mockstytch: Stytch's B2B authentication API on your own machine.

The public names are imported when they are first used, so that importing the package costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockstytch.app import create_app
    from mockstytch.client.faults import Fault
    from mockstytch.client.handle import MockStytch
    from mockstytch.client.models import (
        Diff,
        DiffChange,
        DiffObject,
        IdentityProvider,
        LoggedRequest,
        Message,
        ScimResult,
        Snapshot,
        StartedSession,
        WebhookAttempt,
        WebhookDelivery,
        WebhookEndpoint,
    )
    from mockstytch.client.transport import MockError
    from mockstytch.settings import Settings
    from mockstytch.version import __version__

__all__ = [
    "Diff",
    "DiffChange",
    "DiffObject",
    "Fault",
    "IdentityProvider",
    "LoggedRequest",
    "Message",
    "MockError",
    "MockStytch",
    "ScimResult",
    "Settings",
    "Snapshot",
    "StartedSession",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "__version__",
    "create_app",
]

_MODULES = {
    "Fault": "mockstytch.client.faults",
    "Diff": "mockstytch.client.models",
    "DiffChange": "mockstytch.client.models",
    "DiffObject": "mockstytch.client.models",
    "IdentityProvider": "mockstytch.client.models",
    "LoggedRequest": "mockstytch.client.models",
    "Message": "mockstytch.client.models",
    "MockError": "mockstytch.client.transport",
    "MockStytch": "mockstytch.client.handle",
    "ScimResult": "mockstytch.client.models",
    "Settings": "mockstytch.settings",
    "Snapshot": "mockstytch.client.models",
    "StartedSession": "mockstytch.client.models",
    "WebhookAttempt": "mockstytch.client.models",
    "WebhookDelivery": "mockstytch.client.models",
    "WebhookEndpoint": "mockstytch.client.models",
    "__version__": "mockstytch.version",
    "create_app": "mockstytch.app",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_MODULES[name]), name)
