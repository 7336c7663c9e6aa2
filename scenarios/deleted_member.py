"""A member is deleted, and comes back.

Deleting ends the sessions and kills the links. Reactivation brings the same member back, and what it knew.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    people = client.organizations.members
    organization = story.organization(company)
    org_id = organization.organization_id

    story.step(f"{person} is a member of {company}, logged in, and has one more link in the inbox")
    member = story.member(organization, person, trusted_metadata={"badge": 7})
    login = story.login(organization, person)
    client.magic_links.email.login_or_signup(org_id, person.email_address)
    landing = story.click(story.mail(person, "magic_link.login"))

    story.step(f"{person} leaves: the app deletes the member")
    story.expect(people.delete(org_id, member.member_id), member_id=member.member_id)

    story.step("The session has ended, and the link is dead")
    story.refused("session_not_found", client.sessions.authenticate, session_token=login.session_token)
    story.refused("unable_to_auth_magic_link", client.magic_links.authenticate, landing.token)

    story.step("Nobody finds the member, except who asks for deleted ones")
    story.refused("member_not_found", people.get, org_id, member_id=member.member_id)
    story.expect(story.discovered(person), discovered_organizations=[])
    query = {"operator": "AND", "operands": [{"filter_name": "statuses", "filter_value": ["deleted"]}]}
    gone = people.search(organization_ids=[org_id], query=query).members
    story.equal("deleted members", [m.member_id for m in gone], [member.member_id])

    story.step(f"{person} comes back: the same member, with what was known")
    back = people.reactivate(org_id, member.member_id).member
    story.expect(back, member_id=member.member_id, status="active", name=person.name, trusted_metadata={"badge": 7})

    story.step("The old session stays ended; a new login works")
    story.refused("session_not_found", client.sessions.authenticate, session_token=login.session_token)
    story.expect(story.login(organization, person), member_authenticated=True, member_id=member.member_id)


if __name__ == "__main__":
    main(run)
