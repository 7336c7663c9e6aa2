"""``idp.oauth``: for consent pages in apps. Read what to show, then send the member's decision."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.domain.oauth_server import authorization, client_metadata, connected_apps
from mockstytch.domain.oauth_server.authorization import AuthorizationRequest, Subject
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import ConnectedApp
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request, SdkCall
from mockstytch.surfaces.fields import CaseInsensitiveEnum, CodeChallenge, FieldError, OptionalSessionToken

api = Endpoints()


class ResponseType(CaseInsensitiveEnum):
    CODE = "code"


class Start(Request):
    """An authorization request of a connected app, and the member who decides on it."""

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


@api.post("/v1/b2b/idp/oauth/authorize/start", sdk=(SdkCall("/idp/b2b/oauth/authorize/start", session="token"),))
def start(ctx: Context, req: Start) -> Body:
    """Return what a consent page shows: the app, the scopes, and whether the member must be asked for consent."""
    app, subject = _app_and_subject(ctx, req)
    results = authorization.scope_results(ctx, app, subject, req.scopes)
    scopes = [result.scope for result in results if result.is_grantable] or req.scopes
    request = AuthorizationRequest(redirect_uri=req.redirect_uri, scopes=scopes, prompt=req.prompt)
    return {
        "member_id": subject.member.member_id,
        "member": wire.member(subject.member, subject.organization),
        "organization": wire.organization(subject.organization),
        "client": wire.connected_app_public(app),
        "consent_required": authorization.needs_consent(ctx, app, subject, request),
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


@api.post("/v1/b2b/idp/oauth/authorize", sdk=(SdkCall("/idp/b2b/oauth/authorize/submit", session="token"),))
def authorize(ctx: Context, req: Authorize) -> Body:
    """Return the URL that redirects the browser to the app, with an authorization code or an error."""
    app, subject = _app_and_subject(ctx, req)
    request = AuthorizationRequest(
        redirect_uri=req.redirect_uri,
        scopes=req.scopes,
        prompt=req.prompt,
        state=req.state,
        nonce=req.nonce,
        code_challenge=req.code_challenge,
        resources=req.resources,
    )
    authorization.require_pkce(app, request)
    result = authorization.authorize(ctx, app, subject, request, consent_granted=req.consent_granted)
    common = {"state": req.state, "iss": authorization.issuer(ctx)}
    if isinstance(result, str):
        url = authorization.redirect_url(req.redirect_uri, error=result, **common)
        return {"redirect_uri": url, "authorization_code": None}
    url = authorization.redirect_url(req.redirect_uri, code=result.code, **common)
    return {"redirect_uri": url, "authorization_code": result.code}


def _app_and_subject(ctx: Context, req: Start) -> tuple[ConnectedApp, Subject]:
    """Return the requesting app and the member giving consent. The member's organization must allow the app."""
    app = client_metadata.get_app(ctx, req.client_id)
    connected_apps.require_registered_redirect(app, req.redirect_uri)
    subject = _subject(ctx, req)
    connected_apps.require_allowed(subject.organization, app)
    return app, subject


def _subject(ctx: Context, req: Start) -> Subject:
    """Return the member giving consent.

    Raises:
        no_oauth_authorize_member_selector: if the request doesn't select the member in exactly one way: by
            organization_id and member_id, by session_token, or by session_jwt.
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
