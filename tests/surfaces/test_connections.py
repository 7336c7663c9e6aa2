"""Connections: how long the server keeps an idle one."""

from mockstytch.server import Server

LONGEST_IDLE_TIME_OF_CLIENTS = 90  # seconds: IdleConnTimeout of Go's http.DefaultTransport; most others have 60 or less


def test_idle_connection_outlives_the_pools_of_clients():
    """A client that sends on a connection just when the server closes it gets a reset instead of a response."""
    with Server() as server:
        assert server._listener.config.timeout_keep_alive > LONGEST_IDLE_TIME_OF_CLIENTS
