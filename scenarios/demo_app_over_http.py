"""The demo app, driven through both flows over HTTP.

A customer's app on the official client: discovery, an organization of one's own, an invitation, the organization's own
login page, switching, and what the app says when something is refused. Forms and cookies, no browser.
"""

from ._story import Story
from ._tell import main


def run(story: Story) -> None:
    from ._demo import Visitor, demo_app

    company, second = story.cast.company(), story.cast.company()
    founder, guest = story.cast.person(works_at=company), story.cast.person()

    with demo_app(story) as app, Visitor(app) as laptop, Visitor(app) as phone:
        story.step(f"{founder} opens the app, and enters an address")
        laptop.open("/")
        laptop.submit("discovery-form", email_address=founder.email_address)
        story.expect(laptop, path="/check-email")

        story.step("The link leads to the choice of organizations, of which there is none yet")
        laptop.open(story.mail(founder, "magic_link.discovery").link)
        story.expect(laptop, path="/organizations")

        story.step(f"{founder} creates {company}, and is logged in as its administrator")
        laptop.submit("create-form", organization_name=company.name)
        story.expect(laptop, path="/dashboard")
        story.equal("#member-email", laptop.text("member-email"), founder.email_address)
        story.equal("#roles", laptop.text("roles"), "stytch_member stytch_admin")
        slug = laptop.text("organization-slug")

        story.step(f"{founder} invites {guest}, who accepts on a phone")
        laptop.submit("invite-form", email_address=guest.email_address)
        phone.open(story.mail(guest, "magic_link.invite").link)
        story.expect(phone, path="/dashboard")
        story.equal("#roles", phone.text("roles"), "stytch_member")

        story.step(f"{guest} may not invite anybody: the app says so")
        phone.submit("invite-form", email_address=story.cast.person().email_address)
        story.equal("#error-type", phone.text("error-type"), "session_authorization_error")

        story.step(f"{guest} logs out, and the dashboard is closed")
        phone.open("/dashboard")
        phone.submit("logout-form")
        phone.open("/dashboard")
        story.expect(phone, path="/")

        story.step(f"{guest} comes back by the organization's own page")
        phone.submit("organization-form", slug=slug)
        story.expect(phone, path=f"/org/{slug}")
        phone.submit("login-form", email_address=guest.email_address)
        link = story.mail(guest, "magic_link.login").link
        phone.open(link)
        story.expect(phone, path="/dashboard")

        story.step("The same link a second time: refused, and the app says why")
        phone.open(link)
        story.equal("#error-type", phone.text("error-type"), "unable_to_auth_magic_link")

        story.step(f"{founder} founds {second} as well, and switches back to {company}")
        laptop.open("/")
        laptop.submit("discovery-form", email_address=founder.email_address)
        laptop.open(story.mail(founder, "magic_link.discovery").link)
        laptop.submit("create-form", organization_name=second.name)
        story.equal("#organization-name", laptop.text("organization-name").rpartition(" ")[0], second.name)
        laptop.submit("/switch", saying=company.name)
        story.expect(laptop, path="/dashboard")
        story.equal("#organization-slug", laptop.text("organization-slug"), slug)


if __name__ == "__main__":
    main(run)
