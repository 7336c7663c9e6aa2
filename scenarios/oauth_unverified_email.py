"""Login with GitHub, which doesn't verify the e-mail address.

At the first login the address must be verified by another method. After that, GitHub is enough.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    organization = scenario.create_organization(
        company, email_allowed_domains=[company.domain], email_jit_provisioning="RESTRICTED"
    )
    colleague = scenario.fake.person(works_at=company)
    scenario.create_member(organization, colleague)
    scenario.log_in(organization, colleague)

    scenario.step(f"{person} signs up at {company} with GitHub")
    redirect = scenario.oauth_login("github", person, company.slug)
    first_login = client.oauth.authenticate(redirect.token)
    scenario.expect(first_login, member_authenticated=False, session_token="")

    scenario.step("GitHub doesn't verify the address, so another login method is required")
    allowed = first_login.primary_required.allowed_auth_methods
    scenario.expect_equal("an e-mail code is allowed", "email_otp" in allowed, True)
    scenario.expect_equal("GitHub is allowed", "github_oauth" in allowed, False)

    scenario.step(f"{person} verifies the address by e-mail code, with the intermediate session")
    client.otps.email.login_or_signup(organization.organization_id, person.email_address)
    login = client.otps.email.authenticate(
        organization.organization_id,
        person.email_address,
        scenario.latest_email(person).code,
        intermediate_session_token=first_login.intermediate_session_token,
    )
    scenario.expect(login, member_authenticated=True)
    types = sorted(factor.type.value for factor in login.member_session.authentication_factors)
    scenario.expect_equal("factors", types, ["email_otp", "oauth"])

    scenario.step("At the next login, GitHub is enough")
    redirect = scenario.oauth_login("github", person, company.slug)
    scenario.expect(client.oauth.authenticate(redirect.token), member_authenticated=True, provider_type="Github")


if __name__ == "__main__":
    main(run)
