"""The proxy: it leads some hosts to this server, passes all others on, and survives bad clients."""

import base64
import contextlib
import os
import socket
import threading

import pytest

from mockstytch.takeover.hosts import TakenHosts
from mockstytch.takeover.proxy import Proxy, Targets
from mockstytch.takeover.upstream import Upstream

CONNECTED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Peer:
    """A TCP server in a thread. Each connection is handled by a function."""

    def __init__(self, handle) -> None:
        self._handle = handle
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.address = self._socket.getsockname()
        self.authority = f"127.0.0.1:{self.address[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self._handle(connection)

    def close(self) -> None:
        self._socket.close()


def says(text: bytes):
    """Return a handler that sends a text, and then what it received until the end."""

    def handle(connection: socket.socket) -> None:
        connection.sendall(text)
        while data := connection.recv(65536):
            connection.sendall(data)

    return handle


@pytest.fixture
def peer():
    started = []

    def start(handle) -> Peer:
        started.append(Peer(handle))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def proxy(peer):
    """``proxy({"HTTPS_PROXY": …})`` starts a proxy whose taken hosts end at servers that say "https" and "http"."""
    with contextlib.ExitStack() as stack:

        def start(environment=(), **options) -> Proxy:
            https, http = peer(says(b"https")), peer(says(b"http"))
            targets = Targets(https.address, http.address, os.devnull)
            taken = TakenHosts(["login.acme.example"])
            return stack.enter_context(Proxy(taken, targets, Upstream(dict(environment)), **options))

        yield start


def connect(proxy: Proxy, authority: str) -> socket.socket:
    connection = socket.create_connection(proxy.address, timeout=60)
    connection.sendall(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
    return connection


def everything(connection: socket.socket) -> bytes:
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def sent(proxy: Proxy, request: bytes) -> bytes:
    """Return what the proxy answers to a request, up to the end of the connection."""
    connection = socket.create_connection(proxy.address, timeout=60)
    connection.sendall(request)
    connection.shutdown(socket.SHUT_WR)
    return everything(connection)


def refusal(response: bytes) -> tuple[int, str]:
    head, _, body = response.partition(b"\r\n\r\n")
    assert b"Connection: close" in head
    assert f"Content-Length: {len(body)}".encode() in head
    text = body.decode()
    assert text.startswith("mockstytch: ")
    assert text.endswith(".\n")
    return int(head.split()[1]), text[len("mockstytch: ") : -1]


# Hosts that are taken over


@pytest.mark.parametrize(
    "host",
    [
        *("test.stytch.com", "api.stytch.com", "telemetry.stytch.com", "js.stytch.com", "management.stytch.com"),
        *("login.acme.example", "TEST.Stytch.com", "test.stytch.com."),
    ],
)
def test_taken_host_ends_at_this_server(proxy, host):
    running = proxy()
    for port, name in ((443, b"https"), (8443, b"https"), (80, b"http")):
        with connect(running, f"{host}:{port}") as connection:
            connection.shutdown(socket.SHUT_WR)
            assert everything(connection) == CONNECTED + name


@pytest.mark.parametrize(
    "host", ["stytch.com", "a.test.stytch.com", "xtest.stytch.com", "test.stytch.com.acme.example"]
)
def test_similar_host_is_not_taken(host):
    assert host not in TakenHosts(["login.acme.example"])


def test_request_for_a_taken_host_without_tls(proxy):
    assert sent(proxy(), b"GET http://test.stytch.com/v1 HTTP/1.1\r\nHost: x\r\n\r\n").startswith(
        b"httpGET /v1 HTTP/1.1\r\nHost: test.stytch.com\r\n"
    )


# All other hosts


def test_tunnel_passes_bytes_unchanged(proxy, peer):
    content = os.urandom(3_000_000)
    with connect(proxy(), peer(says(b"")).authority) as connection:
        sender = threading.Thread(target=lambda: (connection.sendall(content), connection.shutdown(socket.SHUT_WR)))
        sender.start()
        assert everything(connection) == CONNECTED + content
        sender.join()


def test_tunnel_ends_when_the_other_side_ends(proxy, peer):
    goodbye = peer(lambda connection: connection.sendall(b"bye"))
    assert everything(connect(proxy(), goodbye.authority)) == CONNECTED + b"bye"


def test_request_with_a_complete_url_is_passed_on(proxy, peer):
    echo = peer(says(b"")).authority
    request = (
        f"POST http://{echo}/a?b=c HTTP/1.1\r\nHost: other\r\nProxy-Connection: keep-alive\r\nContent-Length: 4\r\n"
        "X-Own: 1\r\nConnection: keep-alive\r\nProxy-Authorization: Basic eDp5\r\n\r\nbody"
    )
    assert sent(proxy(), request.encode()).decode() == (
        f"POST /a?b=c HTTP/1.1\r\nHost: {echo}\r\nContent-Length: 4\r\nX-Own: 1\r\nConnection: close\r\n\r\nbody"
    )


def test_upgrade_is_passed_on(proxy, peer):
    echo = peer(says(b"")).authority
    request = f"GET http://{echo} HTTP/1.1\r\nHost: {echo}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    assert b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" in sent(proxy(), request.encode())


def test_end_of_the_response_ends_the_connection(proxy, peer):
    answers = peer(lambda connection: (connection.recv(1000), connection.sendall(b"HTTP/1.1 204 None\r\n\r\n")))
    connection = socket.create_connection(proxy().address, timeout=60)
    connection.sendall(f"GET http://{answers.authority}/ HTTP/1.1\r\n\r\n".encode())
    assert everything(connection) == b"HTTP/1.1 204 None\r\n\r\n"  # although the client doesn't close


# What can't be reached


def test_unknown_host_name(proxy):
    running = proxy()
    expected = (502, "The host name nowhere.invalid can't be found.")
    assert refusal(sent(running, b"CONNECT nowhere.invalid:443 HTTP/1.1\r\n\r\n")) == expected
    assert refusal(sent(running, b"GET http://nowhere.invalid/ HTTP/1.1\r\n\r\n")) == expected
    assert refusal(sent(running, b"GET https://nowhere.invalid/ HTTP/1.1\r\n\r\n")) == expected


def test_closed_port(proxy):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        status, text = refusal(sent(proxy(), f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode()))
    assert (status, text[:29]) == (502, "127.0.0.1 can't be reached: C")


def test_impossible_host_name(proxy):
    request = b"CONNECT " + b"a" * 300 + b".example:443 HTTP/1.1\r\n\r\n"
    assert refusal(sent(proxy(), request))[0] == 502


def test_server_without_tls(proxy, peer):
    plain = peer(says(b"this isn't TLS"))
    assert refusal(sent(proxy(), f"GET https://{plain.authority}/ HTTP/1.1\r\n\r\n".encode()))[0] == 502


# Bad clients


@pytest.mark.parametrize(
    "request_",
    [
        *(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"garbage\r\n\r\n", b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"),
        *(b"GET /x HTTP/2\r\n\r\n", b"GET ftp://a/ HTTP/1.1\r\n\r\n", b"GET http:/// HTTP/1.1\r\n\r\n"),
        *(b"GET http://[x/ HTTP/1.1\r\n\r\n", b"GET http://a:99999/ HTTP/1.1\r\n\r\n"),
        *(b"GET http://a:x/ HTTP/1.1\r\n\r\n", b"OPTIONS * HTTP/1.1\r\n\r\n", b"CONNECT a HTTP/1.1\r\n\r\n"),
        *(b"CONNECT a:0 HTTP/1.1\r\n\r\n", b"CONNECT a:70000 HTTP/1.1\r\n\r\n", b"CONNECT :443 HTTP/1.1\r\n\r\n"),
        *(b"CONNECT http://a/ HTTP/1.1\r\n\r\n", b"CONNECT x@a:443 HTTP/1.1\r\n\r\n", b"CONNECT [::1 HTTP/1.1\r\n\r\n"),
        *(b"CONNECT test.stytch.com:443 HTTP/1.1\r\n", b"x"),
    ],
    ids=repr,
)
def test_invalid_request(proxy, request_):
    running = proxy()
    assert refusal(sent(running, request_))[0] == 400
    assert sent(running, b"CONNECT test.stytch.com:443 HTTP/1.1\r\n\r\n") == CONNECTED + b"https"


@pytest.mark.parametrize("start", [b"CONNECT ", b"CONNECT a:1 HTTP/1.1\r\nX: "])
def test_headers_that_are_too_long(proxy, start):
    running = proxy()
    connection = socket.create_connection(running.address, timeout=60)
    connection.sendall(start + b"a" * 200_000)
    connection.shutdown(socket.SHUT_WR)
    assert refusal(everything(connection)) == (431, "The headers have more than 65536 bytes.")


def test_slow_client(proxy):
    running = proxy(head_timeout=0.05)
    connection = socket.create_connection(running.address, timeout=60)
    connection.sendall(b"CONN")
    assert refusal(everything(connection)) == (408, "The headers took more than 0.05 seconds.")


def test_client_that_sends_nothing(proxy):
    assert sent(proxy(), b"") == b""


def test_many_connections(proxy, peer):
    running, echo = proxy(), peer(says(b"")).authority
    open_ones = [connect(running, echo) for _ in range(200)]
    for number, connection in enumerate(open_ones):
        connection.sendall(b"%d" % number)
        connection.shutdown(socket.SHUT_WR)
    assert [everything(each) for each in open_ones] == [CONNECTED + b"%d" % number for number in range(200)]


def test_connections_that_break_off(proxy, peer):
    running, echo = proxy(), peer(says(b"x" * 1_000_000)).authority
    for _ in range(20):
        with connect(running, echo) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset at close
            connection.recv(10)
    assert sent(running, b"CONNECT test.stytch.com:443 HTTP/1.1\r\n\r\n") == CONNECTED + b"https"


def test_only_this_machine_can_connect(proxy):
    running = proxy()
    assert running.address[0] == "127.0.0.1"
    assert running.url == f"http://127.0.0.1:{running.address[1]}"


def test_stop_ends_open_tunnels(peer):
    echo = peer(says(b"")).authority
    with Proxy(TakenHosts(), Targets(("", 0), ("", 0), ""), Upstream({})) as running:
        connection = connect(running, echo)
        assert connection.recv(len(CONNECTED)) == CONNECTED
    with contextlib.suppress(ConnectionError):
        assert everything(connection) == b""
    with socket.socket() as probe:
        assert probe.connect_ex(running.address) != 0


# Proxies of the environment


def upstream_proxy(peer, answer=b"HTTP/1.1 200 OK\r\n\r\n"):
    """Start a proxy that records the heads of requests, and answers each, instead of connecting."""
    heads = []

    def handle(connection: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        heads.append(head.decode())
        connection.sendall(answer)
        says(b"")(connection)

    return peer(handle), heads


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_tunnel_through_the_proxy_of_the_environment(proxy, peer, variable):
    upstream, heads = upstream_proxy(peer)
    running = proxy({variable: f"http://ada:p%40ss@{upstream.authority}/"})
    assert sent(running, b"CONNECT example.com:443 HTTP/1.1\r\n\r\nhello") == CONNECTED + b"hello"
    credentials = base64.b64encode(b"ada:p@ss").decode()
    assert heads == [
        f"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\nProxy-Authorization: Basic {credentials}\r\n\r\n"
    ]


def test_request_through_the_proxy_of_the_environment(proxy, peer):
    upstream, heads = upstream_proxy(peer, b"HTTP/1.1 204 None\r\n\r\n")
    running = proxy({"http_proxy": f"ada:x@{upstream.authority}"})
    assert sent(running, b"GET http://example.com/a HTTP/1.1\r\nHost: b\r\n\r\n") == b"HTTP/1.1 204 None\r\n\r\n"
    assert heads == [
        "GET http://example.com/a HTTP/1.1\r\nHost: example.com\r\nProxy-Authorization: Basic YWRhOng=\r\n"
        "Connection: close\r\n\r\n"
    ]


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "*", "example.com, 127.0.0.1"])
def test_no_proxy_is_respected(proxy, peer, no_proxy):
    echo = peer(says(b"direct")).authority
    running = proxy({"HTTPS_PROXY": "http://nowhere.invalid:1", "NO_PROXY": no_proxy})
    assert sent(running, f"CONNECT {echo} HTTP/1.1\r\n\r\n".encode()) == CONNECTED + b"direct"


def test_taken_host_never_goes_to_the_proxy_of_the_environment(proxy):
    running = proxy({"HTTPS_PROXY": "http://nowhere.invalid:1", "HTTP_PROXY": "http://nowhere.invalid:1"})
    assert sent(running, b"CONNECT test.stytch.com:443 HTTP/1.1\r\n\r\n") == CONNECTED + b"https"
    assert sent(running, b"GET http://test.stytch.com/ HTTP/1.1\r\n\r\n").startswith(b"httpGET /")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "HTTP/1.1 407 Proxy Authentication Required"),
        (b"", "its response isn't HTTP"),
        (b"SSH-2.0\r\n\r\n", "SSH-2.0"),
        (b"x" * 100_000, "its response isn't HTTP"),
    ],
    ids=["407", "nothing", "ssh", "long"],
)
def test_proxy_of_the_environment_refuses(proxy, peer, answer, reason):
    upstream = peer(lambda connection: (connection.recv(1000), connection.sendall(answer)))
    running = proxy({"HTTPS_PROXY": f"http://{upstream.authority}"})
    status, text = refusal(sent(running, b"CONNECT example.com:443 HTTP/1.1\r\n\r\n"))
    assert (status, text) == (502, f"The proxy that the environment names didn't lead to example.com: {reason}.")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("socks5://127.0.0.1:1", "proxies with the scheme socks5 aren't supported"),
        ("http://a:99999", "its URL isn't valid"),
        ("http://", "its URL has no host"),
    ],
)
def test_proxy_of_the_environment_that_cannot_be_used(proxy, url, reason):
    running = proxy({"ALL_PROXY": url})
    for request in (b"CONNECT example.com:443 HTTP/1.1\r\n\r\n", b"GET http://example.com/ HTTP/1.1\r\n\r\n"):
        status, text = refusal(sent(running, request))
        assert status == 502
        assert text.endswith(f": {reason}.")


def test_unreachable_proxy_of_the_environment(proxy):
    running = proxy({"HTTPS_PROXY": "http://nowhere.invalid:1"})
    assert refusal(sent(running, b"CONNECT example.com:443 HTTP/1.1\r\n\r\n"))[0] == 502
