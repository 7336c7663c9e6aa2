"""The coverage matrix in ``docs/coverage.md``: each feature, what serves it, and how certain its behaviour is.

The numbers come from the operations of the surfaces and from the statements in ``docs/fidelity.md``. Only the names of
the features are written here. Each operation and each area of fidelity belongs to one of them.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from tools import fidelity

# Areas of fidelity that are about all features.
GENERAL = ("Requests and responses", "Ids and tokens")


class Feature(NamedTuple):
    """A row of the matrix.

    Attributes:
        name: what users call it.
        page: the page about it, below ``docs``.
        modules: the modules of the operations in ``mockstytch/api``.
        calls: the resources of its calls in the browser API.
        areas: the areas in ``docs/fidelity.md``. The row counts their statements.
    """

    name: str
    page: str
    modules: tuple[str, ...]
    calls: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()


FEATURES = (
    Feature(
        "Magic links",
        "how-to/log-in-in-a-test.md",
        ("magic_links", "magic_links_discovery"),
        ("magic_links",),
        ("Magic links and redirect URLs",),
    ),
    Feature("Discovery", "how-to/log-in-in-a-test.md", ("discovery",), ("discovery",), ("Discovery and login",)),
    Feature(
        "Organizations and members",
        "how-to/seed-file.md",
        ("organizations", "members", "members_emails"),
        ("organizations",),
        ("Organizations and members",),
    ),
    Feature("Sessions", "how-to/move-time.md", ("sessions",), ("sessions",), ("Sessions",)),
    Feature(
        "One-time codes, authenticator apps, recovery codes",
        "how-to/totp-and-recovery-codes.md",
        ("otp_email", "otp_sms", "totp", "recovery_codes"),
        ("otps", "totp", "recovery_codes"),
        ("Codes and second factors",),
    ),
    Feature(
        "Passwords",
        "how-to/other-ways-to-log-in.md",
        ("passwords", "passwords_discovery"),
        ("passwords",),
        ("Passwords",),
    ),
    Feature("OAuth logins", "how-to/other-ways-to-log-in.md", ("oauth",), ("oauth",), ("OAuth",)),
    Feature(
        "SSO with SAML and OpenID Connect",
        "how-to/sso.md",
        ("sso", "sso_saml", "sso_oidc", "sso_external"),
        ("sso",),
        ("SSO", "SAML responses"),
    ),
    Feature("SCIM", "how-to/scim.md", ("scim",), ("scim",), ("SCIM",)),
    Feature("RBAC", "how-to/rbac.md", ("rbac",), (), ("RBAC",)),
    Feature(
        "Sessions from elsewhere, impersonation",
        "how-to/sessions-from-elsewhere.md",
        ("sessions_attest", "sessions_exchange_token", "sessions_migrate", "impersonation"),
        ("impersonation",),
        ("Attested and migrated sessions, impersonation",),
    ),
    Feature(
        "M2M, connected apps, OAuth 2.1 server",
        "how-to/connected-apps.md",
        ("m2m", "connected_apps", "idp", "operations"),
        ("idp",),
        ("M2M and connected apps",),
    ),
    Feature("Fraud verdicts", "how-to/fraud.md", ("fraud",), (), ("Fraud",)),
    Feature(
        "Browser SDK and its configuration",
        "how-to/browser-sdk.md",
        ("project",),
        ("projects", "admin_portal_config"),
        ("Browser API",),
    ),
    Feature("Management API", "how-to/management-api.md", (), (), ("Management API",)),
    Feature("Webhooks", "how-to/webhooks.md", (), (), ("Webhooks",)),
)


def rows(modules: Mapping[str, int], resources: Mapping[str, int], management: int) -> list[tuple[str, ...]]:
    """Return the cells of the matrix, with a row of totals.

    Args:
        modules: the modules of the API's operations, with the number of operations.
        resources: the resources of the browser API, with the number of calls.
        management: the number of operations of the management API.

    Raises:
        ValueError: if a module, a resource or an area of fidelity belongs to no feature.
    """
    statements = fidelity.statements(fidelity.PAGE.read_text(encoding="utf-8"))
    known = {name for feature in FEATURES for name in (*feature.modules, *feature.calls, *feature.areas)}
    if missing := {*modules, *resources, *statements} - known - {*GENERAL}:
        raise ValueError(f"Add these to a feature in tools/coverage.py: {sorted(missing)}")
    found = []
    for feature in FEATURES:
        levels = Counter(row[1] for area in feature.areas for row in statements[area])
        served = sum(modules.get(name, 0) for name in feature.modules)
        if feature.name == "Management API":
            served = management
        found.append(
            (
                f"[{feature.name}]({feature.page})",
                str(served or ""),
                str(sum(resources.get(name, 0) for name in feature.calls) or ""),
                *(str(levels[level] or "") for level in fidelity.LEVELS),
                ", ".join(_link(area) for area in feature.areas),
            )
        )
    columns = [sum(int(row[column] or 0) for row in found) for column in range(1, len(found[0]) - 1)]
    return [*found, ("**all**", *(f"**{number}**" for number in columns), "")]


def _link(area: str) -> str:
    anchor = re.sub(r"[^\w\- ]", "", area.lower()).replace(" ", "-")
    return f"[{area}](fidelity.md#{anchor})"
