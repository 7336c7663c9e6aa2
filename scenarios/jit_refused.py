"""Joining is refused to the wrong domain, and where nobody may join.

Being refused leaves nothing behind: no member, no mail, and a proof that is still good elsewhere.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, cast = story.client, story.cast
    open_company, closed_company = cast.company(), cast.company()
    outsider = cast.person()

    story.step(f"{open_company} lets {open_company.domain} join; {closed_company} lets nobody join")
    opened = story.organization(
        open_company, email_allowed_domains=[open_company.domain], email_jit_provisioning="RESTRICTED"
    )
    closed = story.organization(closed_company)
    story.expect(opened, email_jit_provisioning="RESTRICTED")
    story.expect(closed, email_jit_provisioning="NOT_ALLOWED")

    story.step(f"{outsider} of another domain proves an address, and is offered neither")
    proven = story.discovered(outsider)
    story.expect(proven, discovered_organizations=[])

    story.step("Asking for them by name does not help")
    exchange, token = client.discovery.intermediate_sessions.exchange, proven.intermediate_session_token
    story.refused("invalid_email_for_jit_provisioning", exchange, token, opened.organization_id)
    story.refused("email_jit_provisioning_not_allowed", exchange, token, closed.organization_id)

    story.step("Nor do the organizations' own login pages, and no mail goes out")
    ask, before = client.magic_links.email.login_or_signup, len(story.control.mails(outsider.email_address))
    story.refused("invalid_email_for_jit_provisioning", ask, opened.organization_id, outsider.email_address)
    story.refused("email_jit_provisioning_not_allowed", ask, closed.organization_id, outsider.email_address)
    story.equal("mails since", len(story.control.mails(outsider.email_address)) - before, 0)

    story.step("Neither has a member now")
    ids = [opened.organization_id, closed.organization_id]
    story.expect(client.organizations.members.search(organization_ids=ids), members=[])

    story.step(f"The proof is still good: {outsider} founds a company instead")
    founded = client.discovery.organizations.create(token, organization_name=cast.company().name)
    story.expect(founded, member_authenticated=True)


if __name__ == "__main__":
    main(run)
