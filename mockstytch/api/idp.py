"""``idp.oauth``: an app's own consent page asks here what to show, and says here what the member decided."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.domain.oauth_server import authorization, connected_apps
from mockstytch.domain.oauth_server.authorization import AuthorizationRequest, Subject
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import ConnectedApp
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import CaseInsensitiveEnum, CodeChallenge, FieldError, OptionalSessionToken

api = Endpoints()


class ResponseType(CaseInsensitiveEnum):
    CODE = "code"


class Start(Request):
    client_id: Annotated[str, Meta(min_length=1), FieldError(errors.connected_app_not_found)]
    redirect_uri: Annotated[
        str, Meta(min_length=1), FieldError(errors.connected_app_supplied_redirect_url_not_found_in_client)
    ]
    response_type: ResponseType
    scopes: list[str]
    organization_id: str = ""
    member_id: str = ""
    session_token: OptionalSessionToken = ""
    session_jwt: str = ""
    prompt: str = ""


@api.post("/v1/b2b/idp/oauth/authorize/start", sdk=("/idp/b2b/oauth/authorize/start",))
def start(ctx: Context, req: Start) -> Body:
    """What a consent page needs: who asks, for which scopes, which of them the member can grant, and whether it has to
    be asked at all."""
    app, subject = _both(ctx, req)
    asked = AuthorizationRequest(redirect_uri=req.redirect_uri, scopes=req.scopes, prompt=req.prompt)
    results = authorization.scope_results(ctx, app, subject, req.scopes)
    return {
        "member_id": subject.member.member_id,
        "member": wire.member(subject.member, subject.organization),
        "organization": wire.organization(subject.organization),
        "client": wire.connected_app_public(app),
        "consent_required": authorization.needs_consent(ctx, app, subject, asked),
        "scope_results": [
            {"scope": r.scope, "description": r.description, "is_grantable": r.is_grantable} for r in results
        ],
    }


class Authorize(Start):
    consent_granted: bool
    state: str = ""
    nonce: str = ""
    code_challenge: CodeChallenge = ""
    resources: list[str] = []


@api.post("/v1/b2b/idp/oauth/authorize", sdk=("/idp/b2b/oauth/authorize/submit",))
def authorize(ctx: Context, req: Authorize) -> Body:
    """Where to send the browser: back to the app, with a code, or with the error that tells why there is none."""
    app, subject = _both(ctx, req)
    asked = AuthorizationRequest(
        redirect_uri=req.redirect_uri,
        scopes=req.scopes,
        prompt=req.prompt,
        state=req.state,
        nonce=req.nonce,
        code_challenge=req.code_challenge,
        resources=req.resources,
    )
    authorization.require_pkce(app, asked)
    decided = authorization.authorize(ctx, app, subject, asked, consent_granted=req.consent_granted)
    if isinstance(decided, str):
        url = authorization.redirect_url(req.redirect_uri, error=decided, state=req.state)
        return {"redirect_uri": url, "authorization_code": None}
    url = authorization.redirect_url(req.redirect_uri, code=decided.code, state=req.state)
    return {"redirect_uri": url, "authorization_code": decided.code}


def _both(ctx: Context, req: Start) -> tuple[ConnectedApp, Subject]:
    app = connected_apps.get_app(ctx, req.client_id)
    connected_apps.require_registered_redirect(app, req.redirect_uri)
    subject = _subject(ctx, req)
    connected_apps.require_allowed(subject.organization, app)
    return app, subject


def _subject(ctx: Context, req: Start) -> Subject:
    """The member who is asked.

    Raises:
        no_oauth_authorize_member_selector: nobody is named, or somebody in more than one way.
    """
    by_id = bool(req.organization_id or req.member_id)
    if by_id + bool(req.session_token) + bool(req.session_jwt) != 1:
        raise errors.no_oauth_authorize_member_selector()
    if by_id:
        if not (req.organization_id and req.member_id):
            raise errors.no_oauth_authorize_member_selector(because="organization_id and member_id go together")
        organization = lookup.organization(ctx, req.organization_id)
        return Subject(member=lookup.member(ctx, organization, req.member_id), organization=organization)
    session = sessions.find(ctx, req.session_token, req.session_jwt)
    return Subject(
        member=ctx.store.get(Member, member_id=session.member_id),
        organization=ctx.store.get(Organization, organization_id=session.organization_id),
        session=session,
    )
