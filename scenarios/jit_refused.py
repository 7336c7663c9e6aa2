"""Just-in-time provisioning is refused.

The address has another domain, or the organization doesn't allow joining. No member is created and no e-mail is sent.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, fake = scenario.client, scenario.fake
    open_company, closed_company = fake.company(), fake.company()
    outsider = fake.person()

    scenario.step(
        f"{open_company} lets people with {open_company.domain} addresses join. {closed_company} doesn't allow joining"
    )
    open_organization = scenario.create_organization(
        open_company, email_allowed_domains=[open_company.domain], email_jit_provisioning="RESTRICTED"
    )
    closed_organization = scenario.create_organization(closed_company)
    scenario.expect(open_organization, email_jit_provisioning="RESTRICTED")
    scenario.expect(closed_organization, email_jit_provisioning="NOT_ALLOWED")

    scenario.step(f"{outsider} verifies an address at another domain: discovery lists no organization")
    discovery = scenario.discover(outsider)
    scenario.expect(discovery, discovered_organizations=[])

    scenario.step("Exchanging the intermediate session is refused")
    exchange, token = client.discovery.intermediate_sessions.exchange, discovery.intermediate_session_token
    scenario.expect_error("invalid_email_for_jit_provisioning", exchange, token, open_organization.organization_id)
    scenario.expect_error("email_jit_provisioning_not_allowed", exchange, token, closed_organization.organization_id)

    scenario.step("The organizations' own login pages refuse, too, and send no e-mail")
    send, before = client.magic_links.email.login_or_signup, len(scenario.control.messages(outsider.email_address))
    scenario.expect_error(
        "invalid_email_for_jit_provisioning", send, open_organization.organization_id, outsider.email_address
    )
    scenario.expect_error(
        "email_jit_provisioning_not_allowed", send, closed_organization.organization_id, outsider.email_address
    )
    scenario.expect_equal("e-mails sent", len(scenario.control.messages(outsider.email_address)) - before, 0)

    scenario.step("No member was created")
    ids = [open_organization.organization_id, closed_organization.organization_id]
    scenario.expect(client.organizations.members.search(organization_ids=ids), members=[])

    scenario.step(f"The intermediate session is still valid: {outsider} creates an organization")
    login = client.discovery.organizations.create(token, organization_name=fake.company().name)
    scenario.expect(login, member_authenticated=True)


if __name__ == "__main__":
    main(run)
