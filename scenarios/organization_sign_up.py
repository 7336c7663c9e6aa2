"""Sign-up on an organization's own page, by e-mail domain.

Asking for a link there makes a pending member; opening it an active one.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    newcomer = story.cast.person(works_at=company)

    story.step(f"{company} lets everybody of {company.domain} join, and has no member yet")
    organization = story.organization(
        company, email_allowed_domains=[company.domain], email_jit_provisioning="RESTRICTED"
    )

    story.step(f"{newcomer} asks for a link on its page")
    sent = client.magic_links.email.login_or_signup(organization.organization_id, newcomer.email_address)
    story.expect(sent, member_created=True)
    story.expect(sent.member, status="pending", email_address_verified=False)

    story.step("It is a sign-up mail")
    first = story.mail(newcomer, "magic_link.signup")

    story.step("Asking again makes no second member, and no login of it either")
    again = client.magic_links.email.login_or_signup(organization.organization_id, newcomer.email_address)
    story.expect(again, member_created=False, member_id=sent.member_id)
    second = story.mail(newcomer, "magic_link.signup")
    story.equal("another link", second.link != first.link, True)

    story.step(f"{newcomer} opens it, and is a member")
    joined = client.magic_links.authenticate(story.click(second).token)
    story.expect(joined, member_authenticated=True, member_id=sent.member_id)
    story.expect(joined.member, status="active", email_address_verified=True)

    story.step("From now on the same page sends login links")
    client.magic_links.email.login_or_signup(organization.organization_id, newcomer.email_address)
    story.equal("kind", story.mail(newcomer).kind, "magic_link.login")


if __name__ == "__main__":
    main(run)
