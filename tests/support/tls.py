"""One TLS context for all HTTP clients of the test process.

``httpx.Client()`` reads the whole list of certificate authorities into a new context each time: 20 to 40 ms of CPU. The
tests make about 4,000 clients and connect to plain HTTP servers, so they share one context.
"""

import functools
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import certifi
import pytest


@contextmanager
def shared_tls_context() -> Iterator[None]:
    """Make ``ssl.create_default_context`` return one shared context for httpx's default list of authorities.

    Any other arguments make a new context as before, because tests of HTTPS change theirs.
    """
    create = ssl.create_default_context
    shared = functools.cache(lambda: create(cafile=certifi.where()))

    def create_default_context(*args: Any, **options: Any) -> ssl.SSLContext:
        is_default = not args and options == {"cafile": certifi.where()}
        return shared() if is_default else create(*args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", create_default_context)
        yield
