"""``discovery``: list the organizations of a verified address, log in to one of them, or create one."""

from mockstytch import errors
from mockstytch.api import organizations as organizations_api
from mockstytch.api.session_fields import NewSessionFields
from mockstytch.domain.login import discovery, login_flow
from mockstytch.domain.organizations import organization_settings, provisioning
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import emails, lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.surfaces.endpoint import Body, Endpoints, SdkCall
from mockstytch.surfaces.fields import (
    UNSET,
    Claims,
    Maybe,
    OptionalSessionToken,
    OrganizationRef,
    SessionMinutes,
    SmsLocale,
    SmsLocaleField,
)

api = Endpoints()


class Exchange(NewSessionFields, own_fields_first=True):
    organization_id: OrganizationRef
    intermediate_session_token: str = ""  # its format isn't checked: a malformed one is unknown
    locale: SmsLocaleField = SmsLocale.EN


@api.post("/v1/b2b/discovery/intermediate_sessions/exchange", sdk=("/b2b/discovery/intermediate_sessions/exchange",))
def exchange(ctx: Context, req: Exchange) -> Body:
    """Log in to an organization. The intermediate session is consumed only if the login is complete."""
    organization = lookup.organization(ctx, req.organization_id)
    intermediate = lookup.intermediate_session(ctx, req.intermediate_session_token)
    return login_flow.exchange(ctx, intermediate, organization, req.options())


class Create(organizations_api.OrganizationFields):
    intermediate_session_token: str = ""  # its format isn't checked: a malformed one is unknown
    organization_name: str = ""
    organization_slug: Maybe[organizations_api.OptionalSlug] = UNSET
    session_duration_minutes: SessionMinutes | None = None
    session_custom_claims: Claims = {}


@api.post(
    "/v1/b2b/discovery/organizations/create",
    sdk=(SdkCall("/b2b/discovery/organizations/create", feature="basic.allow_self_onboarding"),),
)
def create(ctx: Context, req: Create) -> Body:
    """Create an organization, and log in as its first member and administrator.

    Name and slug are derived from the e-mail address if they aren't given.
    """
    return _create_organization(ctx, req)


class ListOrganizations(organizations_api.OrganizationFields):
    intermediate_session_token: OptionalSessionToken = ""
    session_token: OptionalSessionToken = ""
    session_jwt: str = ""
    organization_name: str = ""
    organization_slug: Maybe[organizations_api.OptionalSlug] = UNSET
    session_duration_minutes: SessionMinutes | None = None
    session_custom_claims: Claims = {}


@api.post("/v1/b2b/discovery/organizations", sdk=("/b2b/discovery/organizations",))
def list_(ctx: Context, req: ListOrganizations) -> Body:
    """List a session's organizations, or an intermediate session's including the organizations to join.

    Older guides create organizations with this path. A request with a name or a slug is handled as ``create``.
    """
    credentials = req.intermediate_session_token, req.session_token, req.session_jwt
    if not any(credentials):
        raise errors.no_session_arguments()
    sessions.require_single_session(*credentials)
    if req.intermediate_session_token and (req.organization_name or req.organization_slug):
        ctx.note("to create an organization, use POST /v1/b2b/discovery/organizations/create")
        return _create_organization(ctx, req)
    if not req.intermediate_session_token:
        session = sessions.find(ctx, req.session_token, req.session_jwt)
        member = ctx.store.get(Member, member_id=session.member_id)
        organizations = discovery.list_organizations(
            ctx,
            member.email_address,
            session.authentication_factors,
            home=session.organization_id,
            joinable=False,
        )
        return _list_response(member.email_address, organizations, None)
    intermediate = lookup.intermediate_session(ctx, req.intermediate_session_token)
    organizations = discovery.list_organizations(
        ctx, intermediate.email_address, intermediate.authentication_factors, home=intermediate.organization_id
    )
    return _list_response(intermediate.email_address, organizations, intermediate.organization_id)


def _create_organization(ctx: Context, req: Create | ListOrganizations) -> Body:
    intermediate = lookup.intermediate_session(ctx, req.intermediate_session_token)
    email_address, factors = intermediate.email_address, intermediate.authentication_factors
    organization_settings.require_unclaimed_domain(ctx, None, email_address)
    name = req.organization_name or default_name(email_address)
    settings = req.changes()
    slug = settings.pop("organization_slug", "") or organization_settings.free_slug(ctx, name)
    organization = organization_settings.create(ctx, name, slug, settings)
    is_verified = any(factor.proves_email == email_address for factor in factors)
    member = provisioning.insert_member(
        ctx,
        organization,
        email_address,
        status="active" if is_verified else "pending",
        email_address_verified=is_verified,
        roles=["stytch_admin"],
    )
    member_events.member_created(ctx, member, organization)
    options = login_flow.SessionOptions(
        duration_minutes=req.session_duration_minutes, custom_claims=req.session_custom_claims
    )
    return login_flow.next_step(ctx, organization, member, factors, intermediate, options)


def default_name(email_address: str) -> str:
    """Return a name from the domain, or from the local part if the domain doesn't identify an organization.

    Production's exact rule isn't known.
    """
    local, _, domain = email_address.partition("@")
    labels = [label for label in domain.split(".")[:-1] if label not in emails.REGISTRIES]
    name = local if not labels or emails.is_common(domain) or domain.endswith(".edu") else labels[-1]
    return name.capitalize()


def _list_response(email_address: str, organizations: list[Body], organization_id_hint: str | None) -> Body:
    return {
        "email_address": email_address,
        "discovered_organizations": organizations,
        "organization_id_hint": organization_id_hint,
    }
