"""``sessions``: authenticate, list, revoke and exchange sessions, and get the keys that verify their JWTs."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.api.session_fields import SessionFields
from mockstytch.domain.login import login_flow, primary_factors
from mockstytch.domain.rbac import permissions
from mockstytch.domain.roles import session_roles
from mockstytch.domain.sessions import jwt, sessions
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Project
from mockstytch.store.records.sessions import MemberSession
from mockstytch.surfaces.endpoint import Body, Endpoints, Request, SdkCall
from mockstytch.surfaces.fields import (
    FieldError,
    MemberRef,
    OptionalSessionToken,
    OrganizationRef,
    SmsLocale,
    SmsLocaleField,
)
from mockstytch.values import Frozen

api = Endpoints(resource="stytch.member")


class AuthorizationCheck(Frozen):
    organization_id: OrganizationRef
    resource_id: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_permission_resource)]
    action: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_permission_action)]


class Authenticate(SessionFields):
    authorization_check: AuthorizationCheck | None = None


@api.post("/v1/b2b/sessions/authenticate", sdk=(SdkCall("/b2b/sessions/authenticate", session="token"),))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Verify a session, and optionally a permission. Its expiry changes only if the request sets a duration."""
    session = sessions.find(ctx, req.session_token, req.session_jwt)
    organization = ctx.store.get(Organization, organization_id=session.organization_id)
    member = lookup.without_expired_lock(ctx, ctx.store.get(Member, member_id=session.member_id))
    verdict = _verdict(ctx, req.authorization_check, session, organization, member) if req.authorization_check else None
    session = sessions.touch(ctx, session, req.session_duration_minutes, req.session_custom_claims)
    return {**sessions.session_response(ctx, session, member, organization), "verdict": verdict}


def _verdict(
    ctx: Context, check: AuthorizationCheck, session: MemberSession, organization: Organization, member: Member
) -> Body:
    if lookup.organization(ctx, check.organization_id) != organization:
        raise errors.session_authorization_tenancy_error()
    roles = session_roles(session, member, organization)
    granting = permissions.granting_roles(ctx, organization, roles, check.resource_id, check.action)
    if not granting:
        raise errors.session_authorization_error(because=f"no role grants {check.action} on {check.resource_id}")
    return {"authorized": True, "granting_roles": granting}


class Get(Request):
    organization_id: OrganizationRef
    member_id: MemberRef


@api.get("/v1/b2b/sessions")
def get(ctx: Context, req: Get) -> Body:
    """List the active sessions of a member."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    return {"member_sessions": [wire.session(s, member, organization) for s in sessions.active_sessions(ctx, member)]}


class Revoke(Request):
    member_session_id: str = ""
    session_token: OptionalSessionToken = ""
    session_jwt: str = ""
    member_id: str = ""


@api.post(
    "/v1/b2b/sessions/revoke",
    sdk=(
        SdkCall("/b2b/sessions/revoke", session="token"),
        SdkCall("/b2b/sessions/revoke/{member_id}", session="required"),
    ),
)
def revoke(ctx: Context, req: Revoke) -> Body:
    """Revoke one session, or all sessions of a member. JWTs issued before stay valid locally until they expire."""
    references = req.member_session_id, req.session_token, req.session_jwt, req.member_id
    if not any(references):
        raise errors.no_session_revoke_arguments()
    if sum(map(bool, references)) > 1:
        raise errors.too_many_session_revoke_arguments()
    if req.member_id:
        member = ctx.store.find(Member, member_id=req.member_id)
        if member is None or member.status == "deleted":
            raise errors.member_not_found()
        _require_may_revoke(ctx, member)
        sessions.revoke_all(ctx, member)
        return {}
    session = _find_session(ctx, req)
    _require_may_revoke(ctx, ctx.store.get(Member, member_id=session.member_id))
    sessions.revoke(ctx, session)
    return {}


def _find_session(ctx: Context, req: Revoke) -> MemberSession:
    if not req.member_session_id:
        return sessions.find(ctx, req.session_token, req.session_jwt)
    session = ctx.store.find(MemberSession, member_session_id=req.member_session_id)
    if session is None or not sessions.is_active(ctx, session):
        raise errors.session_not_found(because="unknown" if session is None else "session already ended")
    return session


def _require_may_revoke(ctx: Context, member: Member) -> None:
    if ctx.actor.kind == "member":
        organization = permissions.own_organization(ctx, member.organization_id)
        permissions.require(ctx, organization, "stytch.member", "revoke-sessions", member.member_id)


class Exchange(SessionFields, own_fields_first=True):
    organization_id: OrganizationRef
    locale: SmsLocaleField = SmsLocale.EN


@api.post("/v1/b2b/sessions/exchange", sdk=(SdkCall("/b2b/sessions/exchange", session="token"),))
def exchange(ctx: Context, req: Exchange) -> Body:
    """Exchange a session for one in another organization that has a member with the same address.

    An invited member becomes active. No member is provisioned. The exchanged session stays active.
    """
    session = sessions.find(ctx, req.session_token, req.session_jwt)
    organization = lookup.organization(ctx, req.organization_id)
    source = ctx.store.get(Member, member_id=session.member_id)
    member = lookup.member_by_email(ctx, organization, source.email_address)
    if member is None:
        raise errors.member_not_found(because=f"{source.email_address} isn't a member of the organization")
    factors = session.authentication_factors
    if sessions.is_impersonated(session):  # impersonation is limited to one organization and 60 minutes
        raise errors.insufficient_factors_for_session_exchange(because="the session is impersonated")
    if session.organization_id != organization.organization_id:
        factors = primary_factors.factors_for_exchange(factors, source)
        if not factors:
            raise errors.insufficient_factors_for_session_exchange()
        if not source.email_address_verified:  # otherwise a caller could name any address and log in as its owner
            raise errors.insufficient_factors_for_session_exchange(because="the address was never verified")
    member = login_flow.activate(ctx, organization, member, factors)
    return login_flow.next_step(ctx, organization, member, factors, None, req.options())


class GetJwks(Request):
    project_id: str


def _built_in_keys(project: Project) -> Body | None:
    keys = jwt.built_in_jwks(project)
    return None if keys is None else {"keys": keys}


@api.get("/v1/b2b/sessions/jwks/{project_id}", public=True, from_project=_built_in_keys)
def get_jwks(ctx: Context, req: GetJwks) -> Body:
    """Return the public keys that verify the project's JWTs."""
    return {"keys": jwt.jwks(ctx)}
