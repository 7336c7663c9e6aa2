"""OIDC login after the identity provider changed its keys.

The keys of the connection are fetched from the identity provider, and fetched anew when one turns up that is not known.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    organization = story.organization(company)
    organization_id, subject = organization.organization_id, "00u-1"

    story.step(f"{company} connects an OpenID provider")
    idp = story.identity_provider(organization, "oidc", display_name="Single sign-on")
    connection = client.sso.get_connections(organization_id).oidc_connections[0]
    story.expect(connection, status="active", issuer=idp["issuer"])

    story.step(f"{person} logs in, and joins by that")
    came = client.sso.authenticate(story.by_idp(idp, person, subject=subject).token)
    story.expect(came.member, email_address=person.email_address, name=person.name)
    registration = came.member.sso_registrations[0]
    story.expect(registration, connection_id=idp["connection_id"], external_id=subject)

    story.step("The provider signs with a new key from now on")
    story.control.rotate_keys(idp["connection_id"])

    story.step(f"{person} logs in again, and is the same member")
    again = client.sso.authenticate(story.by_idp(idp, person, subject=subject).token)
    story.equal("the member is the same", again.member_id, came.member_id)

    story.step(f"The app gets what the provider issued for {person}")
    held = client.organizations.members.oidc_providers(organization_id, came.member_id).registrations[0]
    story.expect(held, connection_id=idp["connection_id"], provider_subject=subject)

    story.step(f"{person} declines at the provider, and is nobody here")
    story.control.next_identity("oidc", connection_id=idp["connection_id"], error="access_denied")
    story.turned_away(idp["start_url"])


if __name__ == "__main__":
    main(run)
