"""A code by e-mail instead of a link.

Six digits, typed into the browser that asked for them: in an organization, and before one is chosen.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    client, company = story.client, story.cast.company()
    person = story.cast.person(works_at=company)

    organization, email = story.organization(company), client.otps.email
    where = {"organization_id": organization.organization_id, "email_address": person.email_address}
    member = story.member(organization, person)

    story.step(f"{person} has a code mailed, and then another")
    email.login_or_signup(**where)
    first = story.mail(person, "email_otp.login").code
    email.login_or_signup(**where)
    code = story.mail(person, "email_otp.login").code

    story.step("Only the newest works")
    story.refused("unable_to_auth_otp_code", email.authenticate, **where, code=first)
    login = email.authenticate(**where, code=code)
    story.expect(login, member_authenticated=True, member_id=member.member_id)
    story.expect(login.member_session.authentication_factors[0], type="email_otp", delivery_method="email")

    story.step("And it works once")
    story.refused("unable_to_auth_otp_code", email.authenticate, **where, code=code)

    story.step("Before an organization is chosen it is the same")
    email.discovery.send(person.email_address)
    code = story.mail(person, "email_otp.discovery").code
    proven = email.discovery.authenticate(person.email_address, code)
    names = [found.organization.organization_name for found in proven.discovered_organizations]
    story.equal("organizations", names, [company.name])

    story.step(f"{person} enters {company}")
    entered = client.discovery.intermediate_sessions.exchange(
        proven.intermediate_session_token, organization.organization_id
    )
    story.expect(entered, member_authenticated=True)

    story.step("A code that was read after ten minutes is too old")
    email.login_or_signup(**where)
    code = story.mail(person, "email_otp.login").code
    story.later(minutes=10)
    story.refused("unable_to_auth_otp_code", email.authenticate, **where, code=code)


if __name__ == "__main__":
    main(run)
