"""The ``sitecustomize`` of programs that ``mockstytch run`` starts. It leads Stytch's hosts to a local server.

It works without a proxy, so it also reaches clients that ignore ``HTTPS_PROXY``, such as aiohttp. It runs in the
program's own interpreter, so it uses only the standard library.
"""

import importlib.machinery
import importlib.util
import json
import os
import socket
import sys
from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))


def _install() -> None:
    with open(os.path.join(_HERE, "takeover.json"), encoding="utf-8") as file:
        config = json.load(file)
    hosts = frozenset(config["hosts"])
    resolve = socket.getaddrinfo

    def is_taken(host: Any) -> bool:
        if isinstance(host, (bytes, bytearray)):
            host = bytes(host).decode("latin-1")
        return isinstance(host, str) and host.lower().rstrip(".") in hosts

    def getaddrinfo(host: Any, port: Any, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:
        if is_taken(host):
            is_plain = str(port) in ("80", "http")
            host, port = config["address"], config["http_port" if is_plain else "https_port"]
            family = 0 if family == socket.AF_INET6 else family
        return resolve(host, port, family, type, proto, flags)

    socket.getaddrinfo = getaddrinfo

    def patch_aiohttp(module: Any) -> None:
        # With uvloop or aiodns, names aren't resolved by the function above.
        request = module.ClientSession._request

        async def _request(self: Any, method: Any, str_or_url: Any, **options: Any) -> Any:
            if options.get("proxy") is None and is_taken(getattr(self._build_url(str_or_url), "host", None)):
                options["proxy"] = config["proxy"]
            return await request(self, method, str_or_url, **options)

        module.ClientSession._request = _request

    def patch_certifi(module: Any) -> None:
        # Clients that ignore the environment use these certificates.
        module.where = lambda: config["certificates"]
        module.core.where = module.where

    sys.meta_path.insert(0, _AfterImport({"aiohttp.client": patch_aiohttp, "certifi": patch_certifi}))


class _AfterImport:
    """A finder that finds nothing: it lets the other finders load a module, and then calls a function."""

    def __init__(self, patches: Any) -> None:
        self._patches = patches

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in self._patches:
            return None
        patch = self._patches.pop(name)
        spec = importlib.util.find_spec(name) if path is None else importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return spec
        loader: Any = spec.loader
        execute = loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            try:
                patch(module)
            except AttributeError as e:  # another version of the module
                sys.stderr.write(f"mockstytch: {name} can't be led to the local server: {e}\n")

        loader.exec_module = exec_module
        return spec


def _run_next() -> None:
    """Run the ``sitecustomize`` that this one hides."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _HERE]
    own = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # type: ignore[import-not-found]  # noqa: F401 · the program's own, if it has one
    except ImportError as e:
        if getattr(e, "name", "") != "sitecustomize":
            raise
        if own is not None:
            sys.modules["sitecustomize"] = own


if __name__ == "sitecustomize":
    _install()
    _run_next()
