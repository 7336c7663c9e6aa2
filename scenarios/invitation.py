"""An invited member accepts.

An administrator invites in the browser's session, the invitation waits in the inbox, and opening it is accepting it.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    from stytch.b2b.models.magic_links_email import InviteRequestOptions
    from stytch.shared.method_options import Authorization

    client, company = story.client, story.cast.company()
    admin, guest = story.cast.person(works_at=company), story.cast.person()

    story.step(f"{admin} is an administrator of {company}, and logged in")
    organization = story.organization(company)
    story.member(organization, admin, roles=["stytch_admin"])
    session = story.login(organization, admin)
    story.expect(session.member, is_admin=True)

    story.step(f"{admin} invites {guest.name}, on the strength of that session")
    sent = client.magic_links.email.invite(
        organization.organization_id,
        guest.email_address,
        name=guest.name,
        invited_by_member_id=session.member_id,
        method_options=InviteRequestOptions(authorization=Authorization(session_token=session.session_token)),
    )
    story.expect(sent.member, status="invited", name=guest.name, email_address_verified=False)

    story.step("The invitation is in the inbox, good for a week")
    mail = story.mail(guest, "magic_link.invite")
    story.later(days=6)

    story.step(f"{guest} opens it, and thereby accepts")
    landing = story.click(mail)
    story.expect(landing, token_type="multi_tenant_magic_links", slug=company.slug)
    accepted = client.magic_links.authenticate(landing.token)
    story.expect(accepted, member_authenticated=True, member_id=sent.member_id)
    story.expect(accepted.member, status="active", email_address_verified=True)

    story.step(f"Who is a member can't be invited again, be it by {admin} or by the app itself")
    story.refused(
        "duplicate_member_email", client.magic_links.email.invite, organization.organization_id, guest.email_address
    )


if __name__ == "__main__":
    main(run)
