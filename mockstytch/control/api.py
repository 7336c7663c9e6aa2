"""The control API's routes. JSON in and out; the project comes from the credentials."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from mockstytch import __version__, errors, keys, wire
from mockstytch.clock import Clock, position
from mockstytch.control import identity_providers, impersonation, scim
from mockstytch.control.fraud import Fraud
from mockstytch.control.inbox import InboxWaiter, MessageFilter, read
from mockstytch.control.request_parsing import body as _body
from mockstytch.control.request_parsing import number as _number
from mockstytch.control.request_parsing import wait as _wait
from mockstytch.control.settings import configure
from mockstytch.control.webhooks import Webhooks
from mockstytch.domain.shared import emails
from mockstytch.errors import StytchError
from mockstytch.runtime import Mock
from mockstytch.store.records.credentials import NextIdentity
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project, SigningKey
from mockstytch.surfaces import origin
from mockstytch.surfaces.dispatch import base_url
from mockstytch.values import Frozen

PREFIX = "/_mock/api"
_OUTSIDE = "that is outside of the years 1900 to 8999"

Handler = Callable[[Request], Awaitable[Any]]


class SetClockBody(Frozen, forbid_unknown_fields=True):
    now: datetime | None = None
    frozen: bool | None = None


class AdvanceClockBody(Frozen, forbid_unknown_fields=True):
    seconds: float = 0
    minutes: float = 0
    hours: float = 0
    days: float = 0


class NextIdentityBody(Frozen, forbid_unknown_fields=True):
    """Who comes next at an OAuth or identity provider, or the provider's refusal."""

    provider: Literal["google", "microsoft", "github", "slack", "hubspot", "saml", "oidc"]
    email: str = ""
    name: str = ""
    subject: str = ""
    email_verified: bool | None = None
    tenant_ids: list[str] = []
    groups: list[str] = []
    attributes: dict[str, Any] = {}
    connection_id: str = ""
    error: str = ""


class Control:
    """The handlers, and what they share."""

    def __init__(self, mock: Mock) -> None:
        self.mock, self.arrivals = mock, InboxWaiter(mock)

    def routes(self) -> list[BaseRoute]:
        table: list[tuple[Literal["GET", "POST", "PUT", "PATCH", "DELETE"], str, Handler]] = [
            ("GET", "/health", self.health),
            ("GET", "/project", self.get_project),
            ("PATCH", "/project", self.patch_project),
            ("POST", "/reset", self.reset),
            ("GET", "/clock", self.get_clock),
            ("PUT", "/clock", self.put_clock),
            ("POST", "/clock/advance", self.advance_clock),
            ("GET", "/messages", self.messages),
            ("GET", "/messages/latest", self.latest_message),
            ("DELETE", "/messages", self.delete_messages),
            ("POST", "/keys/rotate", self.rotate_keys),
            ("GET", "/requests", self.requests),
            ("POST", "/next-identity", self.next_identity),
            ("POST", "/identity-providers", self.make_identity_provider),
            ("POST", "/identity-providers/{connection_id}/rotate-keys", self.rotate_identity_provider),
            ("POST", "/impersonation-tokens", self.impersonation_tokens),
            ("POST", "/scim/push", partial(scim.push, self.mock)),
            *Webhooks(self.mock, self.arrivals).routes(),
            *Fraud(self.mock).routes(),
        ]
        return [Route(PREFIX + path, self._answering(handler), methods=[method]) for method, path, handler in table]

    def _answering(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                origin.require_trusted_origin(self.mock, request)
                await request.body()  # whoever looks at the project and writes it never waits in between
                return _json(await handler(request))
            except StytchError as e:
                return _json(_error(self.mock, e), e.kind.status_code)
            except ClientDisconnect:
                return Response(status_code=400)  # nobody is there to read it
            except Exception:
                logging.getLogger("mockstytch").exception("%s %s", request.method, request.url.path)
                error = errors.internal_server_error()
                return _json(_error(self.mock, error), 500)

        return answer

    async def health(self, request: Request) -> Any:
        return {"status": "ok", "version": __version__}

    async def get_project(self, request: Request) -> Any:
        return described(origin.project(self.mock, request))

    async def patch_project(self, request: Request) -> Any:
        project = origin.project(self.mock, request)
        return described(configure(self.mock, project, await _body(request, dict[str, Any])))

    async def reset(self, request: Request) -> Any:
        if request.query_params.get("all", "").lower() in ("true", "1"):
            self.mock.reset_all()
        else:
            self.mock.reset(origin.project(self.mock, request))
        return {}

    async def get_clock(self, request: Request) -> Any:
        return _clock(origin.project(self.mock, request))

    async def put_clock(self, request: Request) -> Any:
        project = origin.project(self.mock, request)
        wanted = await _body(request, SetClockBody)
        if wanted.now and wanted.now.tzinfo is None:
            raise errors.bad_request(because="now needs a time zone, as in 2030-01-01T00:00:00Z")
        return _clock(
            self.mock.projects.update(project, clock=_checked(project.clock.set_to(wanted.now, wanted.frozen)))
        )

    async def advance_clock(self, request: Request) -> Any:
        project = origin.project(self.mock, request)
        by = await _body(request, AdvanceClockBody)
        try:
            delta = timedelta(days=by.days, hours=by.hours, minutes=by.minutes, seconds=by.seconds)
            clock = _checked(project.clock.advanced(delta))
        except (OverflowError, ValueError):
            raise errors.bad_request(because=_OUTSIDE) from None
        return _clock(self.mock.projects.update(project, clock=clock))

    async def messages(self, request: Request) -> Any:
        project = origin.project(self.mock, request)
        found = await self._arrived(request, project, _wanted(request))
        last = found[-1].message_id if found else request.query_params.get("after")
        return {"messages": [wire.message(m) for m in found], "next_after": last}

    async def latest_message(self, request: Request) -> Any:
        project = origin.project(self.mock, request)
        found = await self._arrived(request, project, _wanted(request, limit=1))
        if not found:
            raise errors.message_not_found()
        return wire.message(found[-1])

    async def _arrived(self, request: Request, project: Project, wanted: MessageFilter) -> list[Message]:
        return await self.arrivals.wait(project, lambda: read(self.mock, project, wanted), _wait(request), request)

    async def delete_messages(self, request: Request) -> Any:
        with self.mock.transaction(origin.project(self.mock, request)) as ctx:
            ctx.store.delete_all(Message)
        return {}

    async def rotate_keys(self, request: Request) -> Any:
        """Sign with a new key from now on; ``?drop=true`` takes the former ones out of the JWKS."""
        project = origin.project(self.mock, request)
        drop = request.query_params.get("drop", "").lower() in ("true", "1")
        kid = self.mock.ids.new("jwk")
        pem, jwk = keys.new_key(kid)
        with self.mock.transaction(project) as ctx:
            if drop:
                ctx.store.delete_all(SigningKey)
            ctx.store.insert(SigningKey(kid=kid, private_key=pem, jwk=jwk, created_at=ctx.now, position=position()))
        counters = project.counters | {"keys_rotated": 1} | ({"built_in_key_dropped": 1} if drop else {})
        self.mock.projects.update(project, counters=counters)
        return {"kid": kid}

    async def next_identity(self, request: Request) -> Any:
        """Queue who comes next: that visit to the provider is answered at once, without its page."""
        project = origin.project(self.mock, request)
        coming = await _body(request, NextIdentityBody)
        if not coming.error and not emails.is_address(coming.email):
            raise errors.invalid_email(because="email, or error, is needed")
        identity = msgspec.structs.asdict(coming)
        provider, refusal = identity.pop("provider"), identity.pop("error")
        connection_id = identity.pop("connection_id")
        foreign = ("tenant_ids",) if provider in ("saml", "oidc") else ("groups", "attributes")
        strange = [identity.pop(name) for name in foreign] + [connection_id] * ("groups" in foreign)
        if any(strange):
            raise errors.bad_request(because=f"{provider} knows nothing of {' or '.join(foreign)} or connection_id")
        with self.mock.transaction(project) as ctx:
            ctx.store.insert(
                NextIdentity(
                    next_identity_id=str(ctx.ids.uuid()),
                    provider=provider,
                    connection_id=connection_id,
                    identity={"error": refusal} if refusal else identity,
                    position=position(),
                )
            )
        return {}

    async def make_identity_provider(self, request: Request) -> Any:
        """Make, or complete, a connection to a built-in identity provider."""
        wanted = await _body(request, identity_providers.IdentityProviderBody)
        return identity_providers.make(self.mock, origin.project(self.mock, request), wanted, _base_url(request))

    async def rotate_identity_provider(self, request: Request) -> Any:
        """Let a built-in identity provider sign with a new key."""
        project, connection_id = origin.project(self.mock, request), request.path_params["connection_id"]
        return identity_providers.rotate(self.mock, project, connection_id, _base_url(request))

    async def impersonation_tokens(self, request: Request) -> Any:
        """A token to act as a member with."""
        project = origin.project(self.mock, request)
        return impersonation.create_token(self.mock, project, await _body(request, impersonation.ImpersonationBody))

    async def requests(self, request: Request) -> Any:
        """The latest requests, newest last, each refusal with its reason."""
        log = self.mock.request_log.entries(origin.project(self.mock, request).project_id)
        limit = _number(request, "limit", 100, 1, 10_000)
        return {"requests": [{**msgspec.structs.asdict(line), "at": wire.time(line.at)} for line in list(log)[-limit:]]}


def described(project: Project) -> dict[str, Any]:
    """A project as the control API shows it."""
    return {
        "project_id": project.project_id,
        "secret": project.secret,
        "public_token": project.public_token,
        "name": project.name,
        "dropped": {name: count for name, count in project.counters.items() if name.endswith("_dropped")},
        **msgspec.to_builtins(project.settings),
    }


def _base_url(request: Request) -> str:
    return base_url(request.scope, dict(request.scope["headers"]))


def _checked(clock: Clock) -> Clock:
    if not 1900 <= clock.now().year < 9000:  # whatever is reckoned from it stays a date that can be written
        raise errors.bad_request(because=_OUTSIDE)
    return clock


def _clock(project: Project) -> dict[str, Any]:
    clock = project.clock
    return {"now": wire.time(clock.now()), "frozen": bool(clock.frozen_at), "offset_seconds": clock.offset_seconds}


def _wanted(request: Request, limit: int | None = None) -> MessageFilter:
    query = request.query_params
    return MessageFilter(
        query.get("to", ""),
        query.get("kind", ""),
        query.get("channel", ""),
        query.get("after", ""),
        limit or _number(request, "limit", 100, 1, 10_000),
    )


def _error(mock: Mock, e: StytchError) -> dict[str, Any]:
    """The API's five keys; here the reason is told, too."""
    return {
        "status_code": e.kind.status_code,
        "request_id": mock.ids.new("request"),
        "error_type": e.kind.error_type,
        "error_message": f"{e.kind.message} ({e.because})" if e.because else e.kind.message,
        "error_url": e.kind.error_url,
    }


def _json(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, media_type="application/json")
