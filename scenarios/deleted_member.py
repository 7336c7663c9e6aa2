"""A member is deleted, then reactivated.

Deletion revokes sessions and links. Reactivation restores the member and their data.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    members = client.organizations.members
    organization = scenario.create_organization(company)
    organization_id = organization.organization_id

    scenario.step(f"{person} is logged in to {company}, and has an unused link in the inbox")
    member = scenario.create_member(organization, person, trusted_metadata={"badge": 7})
    login = scenario.log_in(organization, person)
    client.magic_links.email.login_or_signup(organization_id, person.email_address)
    redirect = scenario.click_link(scenario.latest_email(person, "magic_link.login"))

    scenario.step(f"The app deletes {person}")
    scenario.expect(members.delete(organization_id, member.member_id), member_id=member.member_id)

    scenario.step("The session and the link are no longer valid")
    scenario.expect_error("session_not_found", client.sessions.authenticate, session_token=login.session_token)
    scenario.expect_error("unable_to_auth_magic_link", client.magic_links.authenticate, redirect.token)

    scenario.step("The member is found only by a search for deleted members")
    scenario.expect_error("member_not_found", members.get, organization_id, member_id=member.member_id)
    scenario.expect(scenario.discover(person), discovered_organizations=[])
    query = {"operator": "AND", "operands": [{"filter_name": "statuses", "filter_value": ["deleted"]}]}
    deleted = members.search(organization_ids=[organization_id], query=query).members
    scenario.expect_equal("deleted members", [m.member_id for m in deleted], [member.member_id])

    scenario.step(f"The app reactivates {person}: same member id, same data")
    reactivated = members.reactivate(organization_id, member.member_id).member
    scenario.expect(
        reactivated, member_id=member.member_id, status="active", name=person.name, trusted_metadata={"badge": 7}
    )

    scenario.step("The old session stays revoked. A new login works")
    scenario.expect_error("session_not_found", client.sessions.authenticate, session_token=login.session_token)
    scenario.expect(scenario.log_in(organization, person), member_authenticated=True, member_id=member.member_id)


if __name__ == "__main__":
    main(run)
