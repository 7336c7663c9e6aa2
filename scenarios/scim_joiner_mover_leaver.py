"""SCIM: a directory creates, moves and deactivates a member.

Each change also sends a signed webhook, with retries: the receiver fails twice first. Deactivation revokes the
member's sessions.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    from ._webhook_receiver import webhook_receiver

    client, company = scenario.client, scenario.fake.company()
    person = scenario.fake.person(works_at=company)
    organization = scenario.create_organization(company)
    organization_id = organization.organization_id

    with webhook_receiver(scenario, failures=2) as receiver:
        scenario.step(f"{company} connects its directory, and the app subscribes to webhooks")
        connection = client.scim.connection.create(organization_id, display_name="Directory").connection
        scenario.expect(connection, status="active", display_name="Directory")
        connection_id = connection.connection_id

        scenario.step(f"Joiner: the directory creates {person}, and adds them to a group")
        results = scenario.control.scim_push(
            connection_id,
            {"op": "create_user", "email": person.email_address, "name": person.name, "external_id": "42"},
            {"op": "create_group", "name": "Engineering"},
            {"op": "add_to_group", "group": "Engineering", "user": person.email_address},
        )
        scenario.expect_equal("SCIM responses", [result["status"] for result in results], [201, 201, 200])
        found = client.organizations.members.get(organization_id, email_address=person.email_address).member
        scenario.expect(found, status="active", name=person.name)
        scenario.expect(found.scim_registration, connection_id=connection_id, external_id="42")

        scenario.step("The webhook receiver fails twice, and accepts the third attempt")
        scenario.control.wait_for_attempts("scim.member.create", 1)
        scenario.advance_clock(seconds=5)
        scenario.control.wait_for_attempts("scim.member.create", 2)
        scenario.advance_clock(minutes=5)
        events = receiver.wait("scim.member.create")
        scenario.expect_equal("member", events[0]["member"]["email_address"], person.email_address)
        scenario.expect_equal("attempts", receiver.attempts(events[0]["event_id"]), 3)

        scenario.step("Mover: members of the group Engineering get the administrator role")
        group = client.scim.connection.get_groups(organization_id, connection_id).scim_groups[0]
        scenario.expect(group, group_name="Engineering")
        assignment = {"role_id": "stytch_admin", "group_id": group.group_id, "group_name": group.group_name}
        client.scim.connection.update(organization_id, connection_id, scim_group_implicit_role_assignments=[assignment])
        login = scenario.log_in(organization, person)
        scenario.expect(login.member_session, roles=["stytch_member", "stytch_admin"])

        scenario.step(f"{person} leaves the group, and loses the role at once")
        scenario.control.scim_push(
            connection_id, {"op": "remove_from_group", "group": "Engineering", "user": person.email_address}
        )
        current = client.sessions.authenticate(session_token=login.session_token)
        scenario.expect(current.member_session, roles=["stytch_member"])

        scenario.step(f"Leaver: the directory deactivates {person}. The session is revoked, the member is deleted")
        scenario.control.scim_push(connection_id, {"op": "deactivate_user", "user": person.email_address})
        scenario.expect_error("session_not_found", client.sessions.authenticate, session_token=login.session_token)
        scenario.expect_error(
            "member_not_found", client.organizations.members.get, organization_id, email_address=person.email_address
        )
        for attempt, seconds in ((1, 5), (2, 300)):
            scenario.control.wait_for_attempts("scim.member.delete", attempt)
            scenario.advance_clock(seconds=seconds)
        deleted = receiver.wait("scim.member.delete")
        scenario.expect_equal("member id in the webhook", deleted[0]["id"], found.member_id)


if __name__ == "__main__":
    main(run)
