"""Stytch's documented sandbox values: fixed inputs with fixed responses, the same in every project.

The sandbox organization and its member are created at first use, so that their sessions work like all others.
"""

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.shared import emails
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization

EMAIL_ADDRESS = "sandbox@stytch.com"
ORGANIZATION_ID = "organization-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"
_MEMBER_ID = "member-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"  # production's id isn't documented

VALID_TOKEN = "DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94="
_USED_TOKEN = "3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU="
_UNKNOWN_TOKEN = "CprTtwhnRNiMBiUS2jSLcWYrfuO2POeBNdo5HhW6qTM="


def is_recipient(email_address: str, organization_ref: str) -> bool:
    """Return whether an e-mail is addressed to the sandbox member."""
    return email_address == EMAIL_ADDRESS and organization_ref == ORGANIZATION_ID


def is_valid_token(token: str) -> bool:
    """Return whether a magic link token is the sandbox token that always works.

    Raises:
        unable_to_auth_magic_link: if the token is the sandbox token of a used link.
        magic_link_not_found: if the token is the sandbox token of an unknown link.
    """
    if token == _USED_TOKEN:
        raise errors.unable_to_auth_magic_link(because="sandbox value")
    if token == _UNKNOWN_TOKEN:
        raise errors.magic_link_not_found(because="sandbox value")
    return token == VALID_TOKEN


def organization_and_member(ctx: Context) -> tuple[Organization, Member]:
    """Return the sandbox organization and its member. Create them at first use."""
    organization = ctx.store.find(Organization, organization_id=ORGANIZATION_ID)
    if organization is None:
        organization = ctx.store.insert(
            Organization(
                organization_id=ORGANIZATION_ID,
                organization_name="Sandbox",
                organization_slug="stytch-sandbox-organization",
                slug_key="stytch-sandbox-organization",
                created_at=ctx.now,
                updated_at=ctx.now,
                position=position(),
            )
        )
    member = ctx.store.find(Member, member_id=_MEMBER_ID)
    if member is None:
        member = ctx.store.insert(
            Member(
                member_id=_MEMBER_ID,
                organization_id=ORGANIZATION_ID,
                email_id=ctx.ids.new("email"),
                email_address=EMAIL_ADDRESS,
                email_domain=emails.domain_of(EMAIL_ADDRESS),
                email_address_verified=True,
                created_at=ctx.now,
                updated_at=ctx.now,
                position=position(),
            )
        )
    return organization, member
