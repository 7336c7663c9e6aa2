"""The demo app over HTTP: sign-up, invitation, login and switching organizations.

Submits the app's forms without a real browser. Also checks two error pages.
"""

from ._runner import main
from ._scenario import Scenario


def run(scenario: Scenario) -> None:
    from ._demo_app import run_demo_app
    from ._http_browser import HttpBrowser

    company, second = scenario.fake.company(), scenario.fake.company()
    founder, guest = scenario.fake.person(works_at=company), scenario.fake.person()

    with run_demo_app(scenario) as app, HttpBrowser(app) as laptop, HttpBrowser(app) as phone:
        scenario.step(f"{founder} opens the app and enters an e-mail address")
        laptop.open("/")
        laptop.submit("discovery-form", email_address=founder.email_address)
        scenario.expect(laptop, path="/check-email")

        scenario.step("The link opens the list of organizations, which is empty")
        laptop.open(scenario.latest_email(founder, "magic_link.discovery").link)
        scenario.expect(laptop, path="/organizations")

        scenario.step(f"{founder} creates {company}, and is logged in as an administrator")
        laptop.submit("create-form", organization_name=company.name)
        scenario.expect(laptop, path="/dashboard")
        scenario.expect_equal("#member-email", laptop.text("member-email"), founder.email_address)
        scenario.expect_equal("#roles", laptop.text("roles"), "stytch_member stytch_admin")
        slug = laptop.text("organization-slug")

        scenario.step(f"{founder} invites {guest}, who accepts on a phone")
        laptop.submit("invite-form", email_address=guest.email_address)
        phone.open(scenario.latest_email(guest, "magic_link.invite").link)
        scenario.expect(phone, path="/dashboard")
        scenario.expect_equal("#roles", phone.text("roles"), "stytch_member")

        scenario.step(f"{guest} isn't allowed to invite members: the app shows the error")
        phone.submit("invite-form", email_address=scenario.fake.person().email_address)
        scenario.expect_equal("#error-type", phone.text("error-type"), "session_authorization_error")

        scenario.step(f"{guest} logs out, and can't open the dashboard")
        phone.open("/dashboard")
        phone.submit("logout-form")
        phone.open("/dashboard")
        scenario.expect(phone, path="/")

        scenario.step(f"{guest} logs in at the organization's own page")
        phone.submit("organization-form", slug=slug)
        scenario.expect(phone, path=f"/org/{slug}")
        phone.submit("login-form", email_address=guest.email_address)
        link = scenario.latest_email(guest, "magic_link.login").link
        phone.open(link)
        scenario.expect(phone, path="/dashboard")

        scenario.step("Opening the link again is refused: the app shows the error")
        phone.open(link)
        scenario.expect_equal("#error-type", phone.text("error-type"), "unable_to_auth_magic_link")

        scenario.step(f"{founder} creates {second} too, then switches back to {company}")
        laptop.open("/")
        laptop.submit("discovery-form", email_address=founder.email_address)
        laptop.open(scenario.latest_email(founder, "magic_link.discovery").link)
        laptop.submit("create-form", organization_name=second.name)
        scenario.expect_equal("#organization-name", laptop.text("organization-name").rpartition(" ")[0], second.name)
        laptop.submit("/switch", containing=company.name)
        scenario.expect(laptop, path="/dashboard")
        scenario.expect_equal("#organization-slug", laptop.text("organization-slug"), slug)


if __name__ == "__main__":
    main(run)
