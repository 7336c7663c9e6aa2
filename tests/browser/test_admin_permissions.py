"""The permissions that the Admin Portal asks for."""

import re

from mockstytch.domain.rbac.permissions import RESOURCES
from tests.browser.login_screen import sdk_config
from tests.browser.portal import Portal
from tests.browser.sdk import refusal

PORTAL = "node_modules/@stytch/vanilla-js/dist/esm/packages/web/src/adminPortal"


def test_every_permission_that_the_portal_asks_for_exists(node_packages):
    """The portal hides what no role grants, so an action that doesn't exist would be hidden from everyone."""
    asked = set()
    for script in (node_packages / PORTAL).rglob("*.mjs"):
        asked |= set(
            re.findall(r"useRbac\(\s*'(stytch\.[a-z-]+)',\s*'([a-z.-]+)'\s*\)", script.read_text(encoding="utf-8"))
        )
    assert len(asked) > 40, "the package has another structure: correct the path or the pattern"
    known = {(resource.resource_id, action) for resource in RESOURCES for action in resource.actions}
    assert asked - known == set()


def test_sso_can_be_turned_off_in_the_sdk_configuration(app_page, mock, given):
    mock.configure(b2b_sdk_config=sdk_config(sso={"enabled": False}))
    portal = Portal(app_page("admin", component="sso", session=given.admin(given.organization())))
    portal.shows("SSO Connections are not supported.")
    assert refusal(portal.page, "sso.getConnections") == "endpoint_not_authorized_for_sdk"


def test_permissions_can_be_turned_off_in_the_sdk_configuration(app_page, mock, given):
    login = given.admin(given.organization("Acme"))
    mock.configure(b2b_sdk_config=sdk_config(basic={"enable_member_permissions": False}))
    message = "The project owner has not authorized the SDK to call this endpoint."
    Portal(app_page("admin", component="members", session=login)).shows(message)
    portal = Portal(app_page("admin", component="organization", session=login))
    portal.edit("Details").get_by_role("textbox").first.fill("Acme Inc.")
    portal.try_to_save("Details")
    portal.shows(message)
