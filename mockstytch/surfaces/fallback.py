"""What is answered where nothing is served: gaps, unknown routes, Consumer routes."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockstytch import errors
from mockstytch.errors import StytchError
from mockstytch.runtime import Mock
from mockstytch.surfaces.dispatch import read, rendered, respond
from mockstytch.surfaces.surface import BACKEND

# Where the Consumer product has its routes: a sign that the wrong client was built.
_CONSUMER = (
    "/v1/users",
    "/v1/magic_links",
    "/v1/otps",
    "/v1/passwords",
    "/v1/sessions",
    "/v1/oauth",
    "/v1/totps",
    "/v1/webauthn",
    "/v1/crypto_wallets",
    "/v1/biometrics",
)


class NotImplementedEndpoint:
    """Answers 501 for an operation that the real API has; after the credentials."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await read(receive)
        try:
            BACKEND.project(self._mock, dict(scope["headers"]), scope["path_params"])
            error = errors.not_implemented()
        except StytchError as e:
            error = e
        await respond(send, *rendered(error, self._mock.ids.new("request")))


class NotFound:
    """Answers 404 ``route_not_found``, to a wrong method on a known path too."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await read(receive)
        await respond(send, *self._rendered(scope["path"]))

    async def answer(self, request: Request, _error: Exception) -> Response:
        status, body = self._rendered(request.url.path)
        return Response(body, status, media_type="application/json")

    def _rendered(self, path: str) -> tuple[int, bytes]:
        consumer = any(path == prefix or path.startswith(prefix + "/") for prefix in _CONSUMER)
        error = errors.invalid_consumer_endpoint() if consumer else errors.route_not_found()
        return rendered(error, self._mock.ids.new("request"))
