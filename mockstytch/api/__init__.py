"""The operations of the API: one module for each resource group, named as in the official SDK.

In a module, each endpoint is a request class and a plain function beside it. The function is the rule, and nothing
else: no HTTP, no commit, no clock. Rules that several endpoints share are in ``domain``. Start with
``organizations.py``. Every module of this package with an ``api`` list is served.
"""

from importlib import import_module
from pkgutil import iter_modules

from mockstytch.surfaces.endpoint import Endpoint


def endpoints() -> list[Endpoint]:
    """Return every operation, in the order of the modules' names."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    return [endpoint for module in modules for endpoint in module.api]
