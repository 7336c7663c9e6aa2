"""The demo app with an e-mail code, MFA, a password and a recovery code."""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    company = scenario.fake.company()
    person = scenario.fake.person(works_at=company)

    from ._demo_app import run_demo_app
    from ._http_browser import HttpBrowser

    organization = scenario.create_organization(company, mfa_policy="REQUIRED_FOR_ALL")
    scenario.create_member(organization, person)

    with run_demo_app(scenario) as app, HttpBrowser(app) as laptop, HttpBrowser(app) as phone:
        scenario.step(f"{person} requests an e-mail code at the login page of {company}, and mistypes it")
        laptop.open(f"/org/{company.slug}/code")
        laptop.submit("code-form", email_address=person.email_address)
        code = scenario.latest_email(person, "email_otp.login").code
        laptop.submit("enter-form", code=f"{(int(code) + 1) % 1_000_000:06}")
        scenario.expect(laptop, path="/code")
        scenario.expect_equal("#problem", laptop.text("problem").startswith("Wrong code"), True)

        scenario.step("The correct code is the first factor. An authenticator app is set up as the second")
        laptop.submit("enter-form", code=code)
        laptop.submit("app-form")
        secret = laptop.text("secret")
        laptop.submit("totp-form", code=scenario.totp_code(secret))
        codes = laptop.text("recovery-codes").split()
        scenario.expect_equal("recovery codes", len(codes), 10)

        scenario.step(f"{person} is logged in")
        laptop.open("/dashboard")
        scenario.expect_equal("#member-email", laptop.text("member-email"), person.email_address)

        scenario.step(f"On another device, {person} sets a password and uses a recovery code")
        phone.open(f"/org/{company.slug}/password/forgotten")
        phone.submit("reset-form", email_address=person.email_address)
        phone.open(scenario.latest_email(person, "password_reset").link)
        phone.submit("new-password-form", password="plum orbit kettle 47")
        phone.open("/step-up/recovery")
        phone.submit("recovery-form", recovery_code=codes[0])
        scenario.expect(phone, path="/dashboard")


if __name__ == "__main__":
    main(run)
