"""mockstytch: Stytch's B2B authentication API on your own machine.

The public names are loaded when first used, so that importing the package costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockstytch.app import create_app
    from mockstytch.client.handle import MockStytch
    from mockstytch.settings import Settings

__version__ = "0.1.0"
__all__ = ["MockStytch", "Settings", "__version__", "create_app"]

_HOMES = {"MockStytch": "mockstytch.client.handle", "Settings": "mockstytch.settings", "create_app": "mockstytch.app"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
