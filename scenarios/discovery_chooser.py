"""Several organizations, and the person chooses one.

Member of two, allowed to join a third: discovery lists them with the reason why each is there.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, cast = story.client, story.cast
    employer, club, sister = cast.company(), cast.company(), cast.company()
    person, colleague = cast.person(works_at=employer), cast.person(works_at=employer)

    story.step(f"{person} is a member of {employer}, and invited to {club}")
    employing = story.organization(employer)
    member = story.member(employing, person)
    inviting = story.organization(club)
    client.magic_links.email.invite(inviting.organization_id, person.email_address)

    story.step(f"{sister} lets everybody of {employer.domain} join, and {colleague} is there already")
    joinable = story.organization(sister, email_allowed_domains=[employer.domain], email_jit_provisioning="RESTRICTED")
    story.member(joinable, colleague)
    story.login(joinable, colleague)

    story.step(f"{person} proves the address: three organizations, each with its reason")
    proven = story.discovered(person)
    offers = {o.organization.organization_name: o.membership.type for o in proven.discovered_organizations}
    story.equal(employer.name, offers.get(employer.name), "active_member")
    story.equal(club.name, offers.get(club.name), "invited_member")
    story.equal(sister.name, offers.get(sister.name), "eligible_to_join_by_email_domain")
    story.equal("organizations offered", len(offers), 3)

    story.step(f"{person} chooses {employer}")
    entered = client.discovery.intermediate_sessions.exchange(
        proven.intermediate_session_token, employing.organization_id
    )
    story.expect(entered, member_authenticated=True, member_id=member.member_id)

    story.step("One choice for each proof: the intermediate session is used up")
    story.refused(
        "intermediate_session_not_found",
        client.discovery.intermediate_sessions.exchange,
        proven.intermediate_session_token,
        inviting.organization_id,
    )

    story.step("From inside, the list has what the person is in, not what could be joined")
    inside = client.discovery.organizations.list(session_token=entered.session_token).discovered_organizations
    story.equal("organizations", [o.organization.organization_name for o in inside], [employer.name, club.name])


if __name__ == "__main__":
    main(run)
