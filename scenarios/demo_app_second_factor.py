"""The demo app with codes, passwords and second factors.

Over HTTP: a code by e-mail, an authenticator app at the first login, the way back with a recovery code, a password.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    company = story.cast.company()
    person = story.cast.person(works_at=company)

    from ._demo import Visitor, demo_app

    organization = story.organization(company, mfa_policy="REQUIRED_FOR_ALL")
    story.member(organization, person)

    with demo_app(story) as app, Visitor(app) as laptop, Visitor(app) as phone:
        story.step(f"{person} has a code mailed at the page of {company}, and mistypes it")
        laptop.open(f"/org/{company.slug}/code")
        laptop.submit("code-form", email_address=person.email_address)
        code = story.mail(person, "email_otp.login").code
        laptop.submit("enter-form", code=f"{(int(code) + 1) % 1_000_000:06}")
        story.expect(laptop, path="/code")
        story.equal("#problem", laptop.text("problem").startswith("That is not the code"), True)

        story.step("The right one is not enough: an authenticator app is set up")
        laptop.submit("enter-form", code=code)
        laptop.submit("app-form")
        secret = laptop.text("secret")
        laptop.submit("totp-form", code=story.app_code(secret))
        codes = laptop.text("recovery-codes").split()
        story.equal("recovery codes", len(codes), 10)

        story.step(f"{person} is logged in")
        laptop.open("/dashboard")
        story.equal("#member-email", laptop.text("member-email"), person.email_address)

        story.step(f"On another device {person} sets a password, and shows a recovery code")
        phone.open(f"/org/{company.slug}/password/forgotten")
        phone.submit("reset-form", email_address=person.email_address)
        phone.open(story.mail(person, "password_reset").link)
        phone.submit("new-password-form", password="plum orbit kettle 47")
        phone.open("/step-up/recovery")
        phone.submit("recovery-form", recovery_code=codes[0])
        story.expect(phone, path="/dashboard")


if __name__ == "__main__":
    main(run)
