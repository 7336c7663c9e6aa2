"""Queue the identity of the next login at a simulated provider."""

from typing import Any, Literal

import msgspec

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.control.request_parsing import body
from mockstytch.control.surface import route
from mockstytch.domain.shared import emails
from mockstytch.runtime import Mock
from mockstytch.store.records.credentials import NextIdentity
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen


class NextIdentityBody(Frozen, forbid_unknown_fields=True):
    """The identity of the next login at an OAuth provider or identity provider, or the provider's error."""

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


def routes(mock: Mock) -> list[Route]:
    async def next_identity(request: HttpRequest) -> Any:
        """Queue an identity. The next login at the provider uses it without showing the provider's page."""
        options = body(request, NextIdentityBody)
        if not options.error and not emails.is_address(options.email):
            raise errors.invalid_email(because="email or error is required")
        identity = msgspec.structs.asdict(options)
        provider, error = identity.pop("provider"), identity.pop("error")
        connection_id = identity.pop("connection_id")
        unused = ("tenant_ids",) if provider in ("saml", "oidc") else ("groups", "attributes", "connection_id")
        if any(getattr(options, name) for name in unused):
            raise errors.bad_request(because=f"{provider} doesn't accept {' or '.join(unused)}")
        identity = {name: value for name, value in identity.items() if name not in unused}
        with mock.transaction(request.project) as ctx:
            ctx.store.insert(
                NextIdentity(
                    next_identity_id=str(ctx.ids.uuid()),
                    provider=provider,
                    connection_id=connection_id,
                    identity={"error": error} if error else identity,
                    position=position(),
                )
            )
        return {}

    return [route("POST", "/next-identity", next_identity)]
