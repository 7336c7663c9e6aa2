"""The baseline: a bare Starlette application, on the same uvicorn and the same set-up as mockstytch."""

import asyncio
import socket
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def hello(_request: Request) -> JSONResponse:
    return JSONResponse({"hello": "world"})


def main(port: int, with_sqlalchemy: bool) -> None:
    if with_sqlalchemy:
        import sqlalchemy  # noqa: F401  # every server that stores data has to import it, too
    opened = socket.create_server(("127.0.0.1", port))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    app = Starlette(routes=[Route("/", hello)])
    config = uvicorn.Config(app, log_level="warning", access_log=False, ws="none", lifespan="off")
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[opened]))


if __name__ == "__main__":
    main(int(sys.argv[1]), "--sqlalchemy" in sys.argv)
