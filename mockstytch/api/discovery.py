"""``discovery``: from a proven address into an organization, an existing one or a new one."""

from mockstytch import errors
from mockstytch.api import organizations as organizations_api
from mockstytch.api.session_fields import NewSessionFields
from mockstytch.domain.login import discovery, login_flow
from mockstytch.domain.organizations import organization_settings, provisioning
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import emails, lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import (
    Claims,
    OptionalSessionToken,
    OrganizationRef,
    SessionMinutes,
    SessionToken,
    SmsLocale,
    SmsLocaleField,
)

api = Endpoints()

_REGISTRIES = {"ac", "co", "com", "edu", "gov", "net", "org"}  # labels above which a name begins: acme.co.uk


class Exchange(NewSessionFields, own_fields_first=True):
    intermediate_session_token: SessionToken
    organization_id: OrganizationRef
    locale: SmsLocaleField = SmsLocale.EN


@api.post("/v1/b2b/discovery/intermediate_sessions/exchange", sdk=("/b2b/discovery/intermediate_sessions/exchange",))
def exchange(ctx: Context, req: Exchange) -> Body:
    """Enter an organization, joining it if need be and allowed. Uses the intermediate session up only if a session
    comes of it."""
    intermediate = lookup.intermediate_session(ctx, req.intermediate_session_token)
    organization = lookup.organization(ctx, req.organization_id)
    return login_flow.exchange(ctx, intermediate, organization, req.options())


class Create(organizations_api.Settings):
    intermediate_session_token: SessionToken
    organization_name: str = ""
    session_duration_minutes: SessionMinutes | None = None
    session_custom_claims: Claims = {}


@api.post("/v1/b2b/discovery/organizations/create", sdk=("/b2b/discovery/organizations/create",))
def create(ctx: Context, req: Create) -> Body:
    """Create an organization and enter it as its first member and administrator. Name and slug are derived from the
    address where they are not given."""
    return _create(ctx, req)


class ListOrganizations(organizations_api.Settings):
    intermediate_session_token: OptionalSessionToken = ""
    session_token: OptionalSessionToken = ""
    session_jwt: str = ""
    organization_name: str = ""
    session_duration_minutes: SessionMinutes | None = None
    session_custom_claims: Claims = {}


@api.post("/v1/b2b/discovery/organizations", sdk=("/b2b/discovery/organizations",))
def list_(ctx: Context, req: ListOrganizations) -> Body:
    """The organizations of an intermediate session (also those that could be joined) or of a session.

    Older guides create organizations by this path: a name or a slug in the body tells which is meant.
    """
    given = [req.intermediate_session_token, req.session_token, req.session_jwt]
    if not any(given):
        raise errors.no_session_arguments()
    if sum(map(bool, given)) > 1:
        raise errors.too_many_session_arguments()
    if req.intermediate_session_token and (req.organization_name or req.organization_slug):
        ctx.note("an organization's name or slug: use POST /v1/b2b/discovery/organizations/create")
        return _create(ctx, req)
    if not req.intermediate_session_token:
        session = sessions.find(ctx, req.session_token, req.session_jwt)
        member = ctx.store.get(Member, member_id=session.member_id)
        listed = discovery.list_organizations(
            ctx,
            member.email_address,
            session.authentication_factors,
            home=session.organization_id,
            joinable=False,
        )
        return _listed(member.email_address, listed, None)
    found = lookup.intermediate_session(ctx, req.intermediate_session_token)
    listed = discovery.list_organizations(
        ctx, found.email_address, found.authentication_factors, home=found.organization_id
    )
    return _listed(found.email_address, listed, found.organization_id)


def _create(ctx: Context, req: Create | ListOrganizations) -> Body:
    intermediate = lookup.intermediate_session(ctx, req.intermediate_session_token)
    email_address, factors = intermediate.email_address, intermediate.authentication_factors
    organization_settings.require_unclaimed_domain(ctx, None, email_address)
    organization = organization_settings.create(
        ctx, req.organization_name or default_name(email_address), req.changes()
    )
    proven = any(factor.proves_email == email_address for factor in factors)
    member = provisioning.insert_member(
        ctx,
        organization,
        email_address,
        status="active" if proven else "pending",
        email_address_verified=proven,
        roles=["stytch_admin"],
    )
    member_events.member_created(ctx, member, organization)
    options = login_flow.SessionOptions(
        duration_minutes=req.session_duration_minutes, custom_claims=req.session_custom_claims
    )
    return login_flow.next_step(ctx, organization, member, factors, intermediate, options)


def default_name(email_address: str) -> str:
    """From the domain, or from the local part where the domain says nothing about an organization. The exact transform
    of the real API is not known."""
    local, _, domain = email_address.partition("@")
    labels = [label for label in domain.split(".")[:-1] if label not in _REGISTRIES]
    said = local if not labels or emails.is_common(domain) or domain.endswith(".edu") else labels[-1]
    return said.capitalize()


def _listed(email_address: str, listed: list[Body], hint: str | None) -> Body:
    return {"email_address": email_address, "discovered_organizations": listed, "organization_id_hint": hint}
