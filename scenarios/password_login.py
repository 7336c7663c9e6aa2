"""A password, set by mail and used from then on.

The mailed link proves the address; the password that is set by it proves the person, later.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)

    organization, good = story.organization(company), "plum orbit kettle 47"
    where = {"organization_id": organization.organization_id, "email_address": person.email_address}
    story.member(organization, person)

    story.step(f"{person} has no password yet")
    story.refused("member_password_not_found", client.passwords.authenticate, **where, password=good)

    story.step("The way to a first one is the same as to a forgotten one: a mailed link")
    client.passwords.email.reset_start(organization.organization_id, person.email_address)
    landing = story.click(story.mail(person, "password_reset"))
    story.expect(landing, token_type="multi_tenant_passwords", slug=company.slug)
    login = client.passwords.email.reset(landing.token, good)
    story.expect(login, member_authenticated=True)
    story.expect(login.member, email_address_verified=True)

    story.step("From now on the password logs in, and another doesn't")
    again = client.passwords.authenticate(**where, password=good)
    story.expect(again.member_session.authentication_factors[0], type="password", delivery_method="knowledge")
    story.refused(
        "unauthorized_credentials", client.passwords.authenticate, **where, password="seven quiet lanterns drift"
    )

    story.step("Where the project wants it so, people have one password for all of their organizations")
    story.control.configure(cross_org_passwords_enabled=True)
    client.passwords.discovery.email.reset_start(person.email_address)
    landing = story.click(story.mail(person, "password_reset.discovery"))
    client.passwords.discovery.email.reset(landing.token, good)

    story.step("There it leads to the choice of organizations")
    proven = client.passwords.discovery.authenticate(person.email_address, good)
    names = [found.organization.organization_name for found in proven.discovered_organizations]
    story.equal("organizations", names, [company.name])
    entered = client.discovery.intermediate_sessions.exchange(
        proven.intermediate_session_token, organization.organization_id
    )
    story.expect(entered, member_authenticated=True)


if __name__ == "__main__":
    main(run)
