"""Connections: how long the server keeps an idle one."""

import httpx
import pytest

from mockstytch.server import Server
from mockstytch.settings import Settings

LONGEST_IDLE_TIME_OF_CLIENTS = 90  # seconds: IdleConnTimeout of Go's http.DefaultTransport; most others have 60 or less


def test_idle_connection_outlives_the_pools_of_clients():
    """A client that sends on a connection just when the server closes it gets a reset instead of a response."""
    with Server() as server:
        assert server._listener.config.timeout_keep_alive > LONGEST_IDLE_TIME_OF_CLIENTS


def test_server_stops_at_the_end_of_its_block():
    with Server(Settings(port=0)) as server:
        url = f"{server.url}/_mock/api/health"
        assert httpx.get(url, trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)
