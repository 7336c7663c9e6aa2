"""HTTP clients of the scenarios."""

import ssl
from functools import cache
from typing import Any

import httpx


def http_client(**options: Any) -> httpx.Client:
    """Return a client that ignores proxy settings: the server is on this machine or at the given URL.

    All clients share one TLS context, because building one takes longer than most scenarios' requests.
    """
    return httpx.Client(verify=_tls_context(), trust_env=False, **options)


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()
