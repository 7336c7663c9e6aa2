"""An endpoint for webhooks, on the loopback interface. One of 20 deliveries fails, so that the server retries."""

import asyncio
import socket
import sys
from typing import Any

import uvicorn

_FAILS = 20


class Receiver:
    """An ASGI application. ``GET /`` returns the number of requests to other paths."""

    def __init__(self) -> None:
        self.received = 0

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        status, body = 200, b"%d" % self.received
        if scope["path"] != "/":
            self.received += 1
            status, body = 500 if self.received % _FAILS == 0 else 200, b""
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def main(port: int) -> None:
    opened = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(Receiver(), log_level="warning", access_log=False, ws="none", lifespan="off")
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[opened]))


if __name__ == "__main__":
    main(int(sys.argv[1]))
