"""Programs that name no base URL, and what leads each of them to the server. The documentation has the same table."""

from typing import NamedTuple


class Client(NamedTuple):
    """An HTTP client, in its own program.

    Attributes:
        name: its row in the documentation.
        command: the program: the kind, and its arguments.
        by_environment: whether the environment that ``mockstytch run`` sets is enough, on every system.
        by_hosts: whether the private hosts file is enough, without proxy and preload.
    """

    name: str
    command: tuple[str, ...]
    by_environment: bool = True
    by_hosts: bool = True


CLIENTS = (
    Client("Python: official SDK, sync", ("python", "sdk.py")),
    Client("Python: official SDK, async", ("python", "sdk_async.py")),
    Client("Python: official management client", ("python", "management.py")),
    Client("Python: standard library", ("python", "standard.py")),
    Client("Python: httpx with `trust_env=False`", ("python", "httpx_client.py"), by_hosts=False),
    Client("Python: requests with `trust_env=False`", ("python", "requests_client.py"), by_hosts=False),
    Client("Python: official SDK, sync, `python -I`", ("python", "-I", "sdk.py")),
    Client("Python: official SDK, async, `python -I`", ("python", "-I", "sdk_async.py"), by_environment=False),
    Client("Node: official SDK", ("node", "sdk.js")),
    Client("Node: fetch", ("node", "fetch.js")),
    Client("Node: module `https`", ("node", "https.js")),
    Client("Node: undici", ("node", "undici.js")),
    Client("Node: axios", ("node", "axios.js")),
    Client("Go: net/http, static binary", ("go",)),
    Client("Go: transport without a proxy, static binary", ("go", "direct"), by_environment=False),
    Client("Java: java.net.http", ("java", "httpclient")),
    Client("Java: HttpsURLConnection", ("java", "urlconnection")),
    Client("Java: java.net.http without a proxy", ("java", "direct"), by_environment=False),
    Client("Ruby: Faraday", ("ruby", "with_faraday.rb")),
    Client("Ruby: Net::HTTP", ("ruby", "net_http.rb"), by_environment=False),
    Client("PHP: extension curl", ("php", "curl.php")),
    Client("PHP: streams", ("php", "stream.php"), by_environment=False),
    Client("curl", ("curl",)),
    Client("curl with `--noproxy '*'`", ("curl", "--noproxy", "*"), by_environment=False),
)


def table() -> str:
    """Return the table of the documentation."""
    says = {True: "yes", False: "no"}
    rows = [f"| {c.name} | {says[c.by_environment]} | {says[c.by_hosts]} |" for c in CLIENTS]
    return "\n".join(["| client | environment only | hosts file only |", "|---|---|---|", *rows])
