"""``discovery`` of the browser SDK: the organizations of an address, and a new one."""

from tests.browser.sdk import call, refusal

ADA = "ada@acme.test"
MINUTES = {"session_duration_minutes": 60}
NO_SESSION = "intermediate_session_not_found"
NO_SESSION = "intermediate_session_not_found"


def discovered(page, given, email_address=ADA):
    """Start an intermediate session in the page."""
    token = given.discovery_token(email_address)
    return call(page, "magicLinks.discovery.authenticate", {"discovery_magic_links_token": token})


def test_member_chooses_an_organization(app_page, given, acme, ada):
    page, other = app_page("headless"), given.organization("Other")
    discovered(page, given)
    listed = call(page, "discovery.organizations.list")
    assert [each["organization"]["organization_name"] for each in listed["discovered_organizations"]] == ["Acme"]
    foreign = {"organization_id": other.organization_id, **MINUTES}
    assert refusal(page, "discovery.intermediateSessions.exchange", foreign) == "email_jit_provisioning_not_allowed"
    own = {"organization_id": acme.organization_id, **MINUTES}
    assert call(page, "discovery.intermediateSessions.exchange", own)["member"]["member_id"] == ada.member_id
    assert call(page, "organization.getSync")["organization_name"] == "Acme"
    assert [c["name"] for c in page.context.cookies() if "intermediate" in c["name"]] == []


def test_new_organization_is_created(app_page, given):
    page = app_page("headless")
    discovered(page, given, "grace@acme.test")
    long = {"organization_name": "A" * 200, **MINUTES}
    assert refusal(page, "discovery.organizations.create", long) == "invalid_organization_name"
    created = call(page, "discovery.organizations.create", {"organization_name": "Nova", **MINUTES})
    assert created["organization"]["organization_name"] == "Nova"
    assert "stytch_admin" in call(page, "session.getSync")["roles"]


def test_call_without_a_session_is_refused(app_page, acme):
    page, where = app_page("headless"), {"organization_id": acme.organization_id, **MINUTES}
    assert refusal(page, "discovery.organizations.list") == "no_session_arguments"
    assert refusal(page, "discovery.organizations.create", MINUTES) == NO_SESSION
    assert refusal(page, "discovery.intermediateSessions.exchange", where) == NO_SESSION
