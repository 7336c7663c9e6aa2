"""Which primary factors count: in an organization, for a member, and after a change of organization."""

import msgspec

from mockstytch.domain.login import oauth
from mockstytch.domain.organizations import organization_settings, provisioning
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor, IntermediateSession

_AUTH_METHODS = ("magic_link", "email_otp", "password", "sso")  # factor types that are also names of auth methods
# The methods that verify an e-mail address. The list is taken from a fixture; production's own isn't documented.
_VERIFYING_METHODS = ("sso", "magic_link", "password", "google_oauth", "microsoft_oauth", "email_otp")
_BOUND_TO_ORGANIZATION = ("password", "sso")  # factor types that don't count in other organizations


def auth_method_of(factor: Factor) -> str:
    """Return the factor's name in ``allowed_auth_methods``, or "" if it isn't a primary factor."""
    if factor.type == "oauth":
        return factor.delivery_method.rpartition("_")[2] + "_oauth"
    return factor.type if factor.type in _AUTH_METHODS else ""


def missing_primary_methods(
    organization: Organization, member: Member | None, factors: list[Factor]
) -> list[str] | None:
    """Return the methods of which the organization still requires one, or None if the factors are sufficient.

    Args:
        member: None if the login would create the member.
    """
    allows_all = organization.auth_methods == "ALL_ALLOWED" or (member is not None and member.is_breakglass)
    allowed = list(organization_settings.AUTH_METHODS) if allows_all else organization.allowed_auth_methods
    if not any(auth_method_of(factor) in allowed for factor in factors):
        return allowed
    if not any(_identifies_member(organization, member, factor) for factor in factors if auth_method_of(factor)):
        return [method for method in _VERIFYING_METHODS if method in allowed]
    return None


def _identifies_member(organization: Organization, member: Member | None, factor: Factor) -> bool:
    """Return whether the factor shows that the caller is this member, not only the owner of some account."""
    if factor.proves_email and (member is None or factor.proves_email == member.email_address):
        return True
    if factor.type == "oauth" and not factor.delivery_method.startswith("oauth_exchange_"):
        return _is_linked(member, factor) or provisioning.matching_oauth_tenant(organization, [factor]) is not None
    return member is not None and member.email_address_verified


def _is_linked(member: Member | None, factor: Factor) -> bool:
    subjects = {detail.get("provider_subject") for detail in factor.detail.values()}
    provider = oauth.provider_type(factor.delivery_method.removeprefix("oauth_"))
    return member is not None and any(
        link.provider_type == provider and link.provider_subject in subjects for link in member.oauth_registrations
    )


def is_bound_to_organization(factor: Factor) -> bool:
    """Return whether the factor counts only in the organization that verified it."""
    return factor.type in _BOUND_TO_ORGANIZATION


def portable_factors(factors: list[Factor]) -> list[Factor]:
    """Return the primary factors that also count in other organizations."""
    return [factor for factor in factors if auth_method_of(factor) and not is_bound_to_organization(factor)]


def factors_for(intermediate: IntermediateSession, organization: Organization) -> list[Factor]:
    """Return the factors of an intermediate session that count in this organization."""
    if intermediate.organization_id in (None, organization.organization_id):
        return intermediate.authentication_factors
    return without_email_ids(portable_factors(intermediate.authentication_factors))


def without_email_ids(factors: list[Factor]) -> list[Factor]:
    """Return the factors without e-mail ids, which belong to a member of another organization."""
    return [
        msgspec.structs.replace(f, detail={"email_factor": {**f.detail["email_factor"], "email_id": ""}})
        if "email_factor" in f.detail
        else f
        for f in factors
    ]


def factors_for_exchange(factors: list[Factor], member: Member) -> list[Factor]:
    """Return the factors of a session that count after an exchange into another organization.

    A factor counts if it verified the member's current address. A factor that verified no address counts unless SSO or
    SCIM manages the member, because an identity provider or a directory can give its members any address. An OAuth
    account whose provider doesn't verify addresses becomes an exchange factor, which doesn't identify the account.

    Args:
        member: the member of the session, in the organization that the session belongs to.
    """
    exchanged, is_managed = [], bool(member.sso_registrations or member.scim_registration)
    for f in without_email_ids(portable_factors(factors)):
        if f.proves_email != member.email_address and (f.proves_email or is_managed):
            continue
        provider = f.delivery_method.removeprefix("oauth_")
        if f.type == "oauth" and not f.proves_email and provider in oauth.PROVIDERS:
            detail = {f"{provider}_oauth_exchange_factor": {"email_id": ""}}
            f = msgspec.structs.replace(f, delivery_method=f"oauth_exchange_{provider}", detail=detail, tenant_ids=[])
        exchanged.append(f)
    return exchanged


def bind_factor(factor: Factor, member: Member) -> Factor:
    """Return the factor with the member's e-mail id, if it is a factor of the member's address."""
    for name, detail in factor.detail.items():
        if name.endswith("_oauth_exchange_factor") or detail.get("email_address") == member.email_address:
            return msgspec.structs.replace(factor, detail={name: {**detail, "email_id": member.email_id}})
    return factor
