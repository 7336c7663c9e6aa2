"""The session fields of a request, for every operation that starts, extends or exchanges a session.

A request that inherits these fields declares ``own_fields_first`` to have its own fields validated first.
"""

from mockstytch.domain.login.login_flow import SessionOptions
from mockstytch.surfaces.endpoint import Request
from mockstytch.surfaces.fields import Claims, OptionalSessionToken, SessionMinutes


class _SessionRequest(Request):
    """Base of all requests with session fields."""

    def options(self) -> SessionOptions:
        """Return the session options. A field that the operation lacks has its default."""
        return SessionOptions(
            duration_minutes=getattr(self, "session_duration_minutes", None),
            custom_claims=getattr(self, "session_custom_claims", {}),
            session_token=getattr(self, "session_token", ""),
            session_jwt=getattr(self, "session_jwt", ""),
            intermediate_session_token=getattr(self, "intermediate_session_token", ""),
            locale=getattr(self, "locale", "en"),
        )


class NewSessionFields(_SessionRequest):
    """Lifetime and claims of a new session."""

    session_duration_minutes: SessionMinutes | None = None
    session_custom_claims: Claims = {}


class SessionFields(_SessionRequest):
    """An existing session, and its new lifetime and claims."""

    session_token: OptionalSessionToken = ""
    session_jwt: str = ""
    session_duration_minutes: SessionMinutes | None = None
    session_custom_claims: Claims = {}


class LoginFields(SessionFields):
    """The session fields of an operation that verifies a primary factor: also an intermediate session to continue."""

    intermediate_session_token: OptionalSessionToken = ""
