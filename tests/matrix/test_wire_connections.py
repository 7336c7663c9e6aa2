"""HTTP as the libraries of other languages use it: bodies, reused connections, targets and encodings."""

import json
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import parse_headers
from urllib.parse import urlsplit

import pytest

from mockstytch import MockStytch

CREATE = b'{"organization_name": "Acme", "organization_slug": "acme"}'


class Connection:
    """A connection on which a test sends bytes, and reads one response after the other."""

    def __init__(self, mock: MockStytch, connection: socket.socket) -> None:
        self._socket = connection
        self._reader = connection.makefile("rb")  # one for all responses, because it reads ahead
        self._host = urlsplit(mock.url).netloc
        self._credentials = b64encode(f"{mock.project_id}:{mock.secret}".encode()).decode()

    def send(self, method: str, target: str, body: bytes | None = None, **headers: str) -> None:
        """Send the head of a request, and the body. Words in a header's name are separated by underscores."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self._host}", f"Authorization: Basic {self._credentials}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}"] if body is not None else []
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + (body or b""))

    def send_bytes(self, content: bytes) -> None:
        self._socket.sendall(content)

    def receive_line(self) -> bytes:
        """Return the next line, and nothing that comes after it."""
        return self._reader.readline()

    def receive(self, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
        """Return the status, the headers by their lower-case names, and the body of the next response."""
        status = 100
        while status == 100:
            status = int(self._reader.readline().split()[1])
            headers = {name.lower(): value for name, value in parse_headers(self._reader).items()}
        return status, headers, b"" if method == "HEAD" else self._reader.read(int(headers.get("content-length", 0)))


@contextmanager
def connected(mock: MockStytch) -> Iterator[Connection]:
    url = urlsplit(mock.url)
    with socket.create_connection((url.hostname, url.port), timeout=30) as connection:
        yield Connection(mock, connection)


@pytest.mark.parametrize("root", ["http://{host}", "https://test.stytch.com", "HTTP://{host}", "http://{host}/"])
def test_absolute_url_as_request_target_is_served(mock, root):
    """Clients send this form to a proxy."""
    with connected(mock) as connection:
        connection.send("GET", f"{root.format(host=urlsplit(mock.url).netloc)}/v1/debug/whoami")
        status, _, body = connection.receive()
    assert (status, json.loads(body)["project_id"]) == (200, mock.project_id)


def test_body_is_sent_after_the_server_says_continue(mock):
    """curl, which PHP uses, waits for this before it sends a big body."""
    with connected(mock) as connection:
        connection.send("POST", "/v1/b2b/organizations", Expect="100-continue", Content_Length=str(len(CREATE)))
        assert connection.receive_line() == b"HTTP/1.1 100 Continue\r\n"
        while connection.receive_line() != b"\r\n":
            pass
        connection.send_bytes(CREATE)
        assert connection.receive()[0] == 200
        connection.send("GET", "/v1/b2b/organizations/acme")  # the connection is still in order
        assert connection.receive()[0] == 200


def test_body_that_is_sent_without_waiting_is_read(mock):
    """A client may stop waiting for the server's word."""
    with connected(mock) as connection:
        connection.send("POST", "/v1/b2b/organizations", CREATE, Expect="100-continue")
        line = connection.receive_line()
        if line == b"HTTP/1.1 100 Continue\r\n":
            assert connection.receive_line() == b"\r\n"
            line = connection.receive_line()
        assert line.startswith(b"HTTP/1.1 200 ")


def test_connection_is_reused_after_each_kind_of_response(mock):
    """Each SDK keeps its connections. None of these responses may leave anything on them."""
    requests = [
        ("POST", "/v1/b2b/organizations", CREATE, 200),
        ("POST", "/v1/b2b/organizations", CREATE, 400),
        ("POST", "/v1/b2b/organizations", b"{", 400),
        ("GET", "/v1/b2b/organizations/nobody", None, 404),
        ("GET", "/v1/b2b/organizations/acme", b"{}", 200),
        ("HEAD", "/v1/b2b/organizations/acme", None, 200),
        ("POST", "/v1/nowhere", CREATE, 404),
        ("PATCH", "/v1/b2b/organizations/acme", CREATE, 404),
        ("DELETE", "/v1/b2b/organizations/acme", b'{"organization_id": "acme"}', 200),
        ("GET", "/v1/debug/whoami", None, 200),
    ]
    with connected(mock) as connection:
        for method, target, body, status in requests:
            connection.send(method, target, body)
            got, headers, content = connection.receive(method)
            assert (method, target, got) == (method, target, status)
            assert headers.get("connection", "").lower() != "close"
            assert method == "HEAD" or json.loads(content)["status_code"] == status


def test_connection_is_reused_after_a_chunked_body(mock):
    with connected(mock) as connection:
        connection.send("POST", "/v1/b2b/organizations", Transfer_Encoding="chunked")
        for piece in (CREATE[:10], CREATE[10:], b""):
            connection.send_bytes(b"%x\r\n%b\r\n" % (len(piece), piece))
        assert connection.receive()[0] == 200
        connection.send("GET", "/v1/b2b/organizations/acme")
        assert connection.receive()[0] == 200


def test_requests_that_are_sent_at_once_are_answered_in_order(mock):
    with connected(mock) as connection:
        connection.send("POST", "/v1/b2b/organizations", CREATE)
        connection.send("GET", "/v1/b2b/organizations/acme")
        connection.send("GET", "/v1/b2b/organizations/nobody")
        assert [connection.receive()[0] for _ in range(3)] == [200, 200, 404]


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br, zstd", "identity", "*", "gzip;q=1.0, *;q=0.5"])
def test_response_has_an_encoding_that_every_client_reads(mock, accepted):
    """Go, Java and Ruby decode only what they asked for, and nothing here needs compression."""
    with connected(mock) as connection:
        connection.send("GET", "/v1/debug/whoami", Accept_Encoding=accepted)
        _, headers, body = connection.receive()
    assert "content-encoding" not in headers
    assert (headers["content-type"], int(headers["content-length"])) == ("application/json", len(body))
    assert json.loads(body)["project_id"] == mock.project_id


@pytest.mark.parametrize("sent", ["", "Content-Type: application/json\r\n", "Content-Length: 0\r\n"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_request_without_a_body_is_read(mock, given, method, sent):
    """PHP leaves an empty body out, and may name its type."""
    acme = given.organization().organization_id
    target = "/v1/b2b/organizations/search" if method == "POST" else f"/v1/b2b/organizations/{acme}"
    names = dict(line.split(": ") for line in sent.splitlines())
    with connected(mock) as connection:
        connection.send(method, target, **{name.replace("-", "_"): value for name, value in names.items()})
        assert connection.receive()[0] == 200
