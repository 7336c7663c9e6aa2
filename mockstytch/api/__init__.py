"""The operations of the API: one module for each resource of the SDKs.

An operation is a request class and a function beside it. The function finds the objects, calls the rules in
``mockstytch.domain``, and returns the response body. It must not deal with HTTP, commit, or read the clock.

Start with ``organizations``, then ``members``. Every module here with an ``api`` list is served.
"""

from importlib import import_module
from pkgutil import iter_modules

from mockstytch.surfaces.endpoint import Endpoint


def endpoints() -> list[Endpoint]:
    """Return every operation, in the order of the modules' names."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    return [endpoint for module in modules for endpoint in getattr(module, "api", [])]
