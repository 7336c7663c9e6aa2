"""SCIM: a company's directory hires, moves and fires.

Each change arrives as a webhook, too, signed, and again until the receiver takes it: it fails twice first. Who leaves
is out at once: sessions end.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    from ._receiver import receiver

    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    organization = story.organization(company)
    organization_id = organization.organization_id

    with receiver(story, failing=2) as received:
        story.step(f"{company} connects its directory, and the app listens to what happens there")
        connection = client.scim.connection.create(organization_id, display_name="Directory").connection
        story.expect(connection, status="active", display_name="Directory")
        connection_id = connection.connection_id

        story.step(f"Joiner: {person} is hired")
        made = story.control.scim(
            connection_id,
            {"op": "create_user", "email": person.email_address, "name": person.name, "external_id": "42"},
            {"op": "create_group", "name": "Engineering"},
            {"op": "add_to_group", "group": "Engineering", "user": person.email_address},
        )
        story.equal("the directory got", [answer["status"] for answer in made], [201, 201, 200])
        found = client.organizations.members.get(organization_id, email_address=person.email_address).member
        story.expect(found, status="active", name=person.name)
        story.expect(found.scim_registration, connection_id=connection_id, external_id="42")

        story.step("The webhook's receiver fails twice, and has it at the third try, signed")
        story.control.tried("scim.member.create", 1)
        story.later(seconds=5)
        story.control.tried("scim.member.create", 2)
        story.later(minutes=5)
        events = received.wait("scim.member.create")
        story.equal("member", events[0]["member"]["email_address"], person.email_address)
        story.equal("attempts", received.attempts(events[0]["event_id"]), 3)

        story.step("Mover: whoever is in Engineering administrates the organization")
        group = client.scim.connection.get_groups(organization_id, connection_id).scim_groups[0]
        story.expect(group, group_name="Engineering")
        assigned = {"role_id": "stytch_admin", "group_id": group.group_id, "group_name": group.group_name}
        client.scim.connection.update(organization_id, connection_id, scim_group_implicit_role_assignments=[assigned])
        logged_in = story.login(organization, person)
        story.expect(logged_in.member_session, roles=["stytch_member", "stytch_admin"])

        story.step(f"{person} moves to another department, and is no administrator from that moment on")
        story.control.scim(
            connection_id, {"op": "remove_from_group", "group": "Engineering", "user": person.email_address}
        )
        still = client.sessions.authenticate(session_token=logged_in.session_token)
        story.expect(still.member_session, roles=["stytch_member"])

        story.step(f"Leaver: {person} is deactivated. The session has ended, the member is gone")
        story.control.scim(connection_id, {"op": "deactivate_user", "user": person.email_address})
        story.refused("session_not_found", client.sessions.authenticate, session_token=logged_in.session_token)
        story.refused(
            "member_not_found", client.organizations.members.get, organization_id, email_address=person.email_address
        )
        for tries, wait in ((1, 5), (2, 300)):
            story.control.tried("scim.member.delete", tries)
            story.later(seconds=wait)
        gone = received.wait("scim.member.delete")
        story.equal("the webhook is about", gone[0]["id"], found.member_id)


if __name__ == "__main__":
    main(run)
