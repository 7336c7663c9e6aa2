"""Sign-up by discovery creates the first organization.

The address doesn't belong to an organization yet. After it is verified by a link, the person can create one.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    founder = scenario.fake.person(works_at=company)

    scenario.step(f"{founder} asks to log in, without an organization")
    client.magic_links.email.discovery.send(founder.email_address)
    email = scenario.latest_email(founder, "magic_link.discovery")

    scenario.step("The link redirects to the app")
    redirect = scenario.click_link(email)
    scenario.expect(redirect, token_type="discovery", slug="")

    scenario.step("The app authenticates the token: the address is verified, and has no organization")
    discovery = client.magic_links.discovery.authenticate(redirect.token)
    scenario.expect(discovery, email_address=founder.email_address, discovered_organizations=[])

    scenario.step(f"{founder} creates {company}")
    login = client.discovery.organizations.create(
        discovery.intermediate_session_token, organization_name=company.name, organization_slug=company.slug
    )
    scenario.expect(login, member_authenticated=True, intermediate_session_token="")
    scenario.expect(login.organization, organization_name=company.name, organization_slug=company.slug)

    scenario.step(f"{founder} is its first member, and an administrator")
    scenario.expect(login.member, status="active", is_admin=True, email_address_verified=True)
    scenario.expect(login.member_session, roles=["stytch_member", "stytch_admin"])

    scenario.step("The session is valid, and the intermediate session is consumed")
    checked = client.sessions.authenticate(session_token=login.session_token)
    scenario.expect(checked.member, member_id=login.member.member_id)
    scenario.expect_error(
        "intermediate_session_not_found",
        client.discovery.organizations.list,
        intermediate_session_token=discovery.intermediate_session_token,
    )


if __name__ == "__main__":
    main(run)
