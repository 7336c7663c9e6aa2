"""The permissions that the Admin Portal asks for."""

import re

from mockstytch.domain.rbac.permissions import RESOURCES

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
