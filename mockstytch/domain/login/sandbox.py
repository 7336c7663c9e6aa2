"""The test environment's documented sandbox values: fixed inputs with fixed answers, the same in every project.

The organization and its member come into being when they are first needed, so that what is handed out for them, a
session above all, works like any other.
"""

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.shared import emails
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization

EMAIL_ADDRESS = "sandbox@stytch.com"
ORGANIZATION_ID = "organization-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"
_MEMBER_ID = "member-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b"  # this server's own: none is documented

GOOD_TOKEN = "DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94="
_USED_TOKEN = "3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU="
_UNKNOWN_TOKEN = "CprTtwhnRNiMBiUS2jSLcWYrfuO2POeBNdo5HhW6qTM="


def is_recipient(email_address: str, organization_ref: str) -> bool:
    return email_address == EMAIL_ADDRESS and organization_ref == ORGANIZATION_ID


def is_good_token(token: str) -> bool:
    """Whether a link token is the one that always works.

    Raises:
        unable_to_auth_magic_link, magic_link_not_found: it is one of the two that never do.
    """
    if token == _USED_TOKEN:
        raise errors.unable_to_auth_magic_link(because="sandbox value")
    if token == _UNKNOWN_TOKEN:
        raise errors.magic_link_not_found(because="sandbox value")
    return token == GOOD_TOKEN


def organization_and_member(ctx: Context) -> tuple[Organization, Member]:
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
