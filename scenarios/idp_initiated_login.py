"""IdP-initiated login: the way begins at the company's own portal.

No page of the app was visited before: the identity provider posts an assertion that nobody asked for. The connection
takes that, until its owner turns it off.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)
    organization = story.organization(company)

    story.step(f"{company} connects its identity provider by SAML")
    idp = story.identity_provider(organization, "saml")
    connections = client.sso.get_connections(organization.organization_id)
    story.expect(connections.saml_connections[0], status="active", idp_initiated_auth_disabled=False)

    story.step(f"{person} clicks on the app in the company's portal")
    landing = story.by_idp(idp, person, url=idp["sso_url"])
    story.expect(landing, token_type="sso")
    came = client.sso.authenticate(landing.token)
    story.expect(came, member_authenticated=True)
    story.expect(came.member, email_address=person.email_address)

    story.step("The administrators of the organization no longer want that")
    client.sso.saml.update_connection(
        organization.organization_id, idp["connection_id"], idp_initiated_auth_disabled=True
    )
    story.control.next_identity("saml", person.email_address, connection_id=idp["connection_id"])
    story.turned_away(idp["sso_url"])

    story.step("The way that begins at the app is open as before")
    came = client.sso.authenticate(story.by_idp(idp, person).token)
    story.expect(came, member_authenticated=True)


if __name__ == "__main__":
    main(run)
