"""Sign-up at an organization's own page, by e-mail domain.

Requesting a link creates a pending member. Using the link activates the member.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    newcomer = scenario.fake.person(works_at=company)

    scenario.step(f"{company} lets people with {company.domain} addresses join")
    organization = scenario.create_organization(
        company, email_allowed_domains=[company.domain], email_jit_provisioning="RESTRICTED"
    )

    scenario.step(f"{newcomer} requests a link at its page")
    sent = client.magic_links.email.login_or_signup(organization.organization_id, newcomer.email_address)
    scenario.expect(sent, member_created=True)
    scenario.expect(sent.member, status="pending", email_address_verified=False)

    scenario.step("The e-mail is a sign-up e-mail")
    first = scenario.latest_email(newcomer, "magic_link.signup")

    scenario.step("A second request doesn't create a second member, and sends another sign-up e-mail")
    again = client.magic_links.email.login_or_signup(organization.organization_id, newcomer.email_address)
    scenario.expect(again, member_created=False, member_id=sent.member_id)
    second = scenario.latest_email(newcomer, "magic_link.signup")
    scenario.expect_equal("another link", second.link != first.link, True)

    scenario.step(f"{newcomer} opens the link, and is an active member")
    login = client.magic_links.authenticate(scenario.click_link(second).token)
    scenario.expect(login, member_authenticated=True, member_id=sent.member_id)
    scenario.expect(login.member, status="active", email_address_verified=True)

    scenario.step("From now on, the page sends login links")
    client.magic_links.email.login_or_signup(organization.organization_id, newcomer.email_address)
    scenario.expect_equal("kind", scenario.latest_email(newcomer).kind, "magic_link.login")


if __name__ == "__main__":
    main(run)
