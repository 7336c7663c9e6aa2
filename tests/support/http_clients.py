"""Settings for all HTTP clients of the test process."""

import functools
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import certifi
import httpx
import pytest
import requests

SECONDS = 60.0  # only a request that hangs takes so long; httpx's five seconds are too few on a busy machine


@contextmanager
def shared_settings() -> Iterator[None]:
    """Share one TLS context between all clients, give each request enough time, and use no proxy.

    ``httpx.Client()`` reads the whole list of certificate authorities into a new context each time, which takes 20 to
    40 ms of CPU, also if it never uses TLS. Calls with other arguments than httpx's make a new context as before,
    because tests of HTTPS change theirs.

    The official SDK's HTTP library reads all environment variables for each request, in search of a proxy. That is a
    fifth of a request's CPU.
    """
    create = ssl.create_default_context
    shared = functools.cache(lambda: create(cafile=certifi.where()))

    def create_default_context(*args: Any, **options: Any) -> ssl.SSLContext:
        is_httpx = not args and options == {"cafile": certifi.where()}
        return shared() if is_httpx else create(*args, **options)

    timeout = httpx._config.DEFAULT_TIMEOUT_CONFIG
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", create_default_context)
        patch.setattr(requests.sessions, "get_environ_proxies", lambda url, no_proxy=None: {})
        for name in ("connect", "read", "write", "pool"):
            patch.setattr(timeout, name, SECONDS)
        yield
