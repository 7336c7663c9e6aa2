"""A member accepts an invitation.

An administrator sends the invitation with their own session. The member accepts by opening the link.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    from stytch.b2b.models.magic_links_email import InviteRequestOptions
    from stytch.shared.method_options import Authorization

    client, company = scenario.client, scenario.fake.company()
    admin, guest = scenario.fake.person(works_at=company), scenario.fake.person()

    scenario.step(f"{admin}, an administrator of {company}, logs in")
    organization = scenario.create_organization(company)
    scenario.create_member(organization, admin, roles=["stytch_admin"])
    session = scenario.log_in(organization, admin)
    scenario.expect(session.member, is_admin=True)

    scenario.step(f"{admin} invites {guest.name} with that session")
    sent = client.magic_links.email.invite(
        organization.organization_id,
        guest.email_address,
        name=guest.name,
        invited_by_member_id=session.member_id,
        method_options=InviteRequestOptions(authorization=Authorization(session_token=session.session_token)),
    )
    scenario.expect(sent.member, status="invited", name=guest.name, email_address_verified=False)

    scenario.step("The invitation is in the inbox, and is valid for a week")
    email = scenario.latest_email(guest, "magic_link.invite")
    scenario.advance_clock(days=6)

    scenario.step(f"{guest} accepts by opening the link")
    redirect = scenario.click_link(email)
    scenario.expect(redirect, token_type="multi_tenant_magic_links", slug=company.slug)
    login = client.magic_links.authenticate(redirect.token)
    scenario.expect(login, member_authenticated=True, member_id=sent.member_id)
    scenario.expect(login.member, status="active", email_address_verified=True)

    scenario.step("An active member can't be invited again")
    scenario.expect_error(
        "duplicate_member_email", client.magic_links.email.invite, organization.organization_id, guest.email_address
    )


if __name__ == "__main__":
    main(run)
