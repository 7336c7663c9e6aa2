"""What keeps a real project safe: which credentials and which calls are refused."""

import re
from typing import Any

from mockstytch.parity.probe import Call
from mockstytch.parity.references import EMAIL_DOMAIN, FICTIONAL_PHONE, SANDBOX_PHONE

LIVE_HOSTS = ("api.stytch.com", "management.stytch.com")

# Operations that send an e-mail or a text message if they succeed.
SENDING = (
    "magic_links.email.",
    "otps.email.login_or_signup",
    "otps.email.discovery.send",
    "passwords.email.reset_start",
    "passwords.discovery.email.reset_start",
    "organizations.members.start_email_update",
    "otps.sms.send",
)
# Operations that change settings of the project, and not something that the probe created.
_SETTINGS = re.compile(
    r"management\.(?!.*\.(get|list|get_all|search)\w*$)|fraud\.(set_rule|override)|fraud\.rules\.set|"
    r"fraud\.verdict_reasons\.override"
)
# The field by which the clean-up finds what an operation created
_NAMED = {
    "organizations.create": "organization_name",
    "discovery.organizations.create": "organization_name",
    "m2m.clients.create": "client_name",
    "connected_app.clients.create": "client_name",
    "oauth_server.register": "client_name",
}
_SAFE_ADDRESSES = ("{sandbox_email}", "sandbox@stytch.com")
_SAFE_PHONES = ("{sandbox_phone}", "{fictional_phone}", SANDBOX_PHONE, FICTIONAL_PHONE)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+\d{7,15}")


def problem(call: Call) -> str:
    """Return why a call mustn't be sent to a real project, or ""."""
    if _SETTINGS.match(call.operation):
        return "it changes settings of the project"
    name = _NAMED.get(call.operation, "")
    if name and not call.expects and not str(call.fields.get(name, "")).startswith("{prefix}"):
        return f"{name} must begin with {{prefix}}, so that the clean-up finds it"
    for name, value in _texts(call.fields):
        if "phone" in name and _PHONE.fullmatch(value) and value not in _SAFE_PHONES:
            return f"{name} must be {{sandbox_phone}} or {{fictional_phone}}"
        if "email" in name and _ADDRESS.fullmatch(value):
            if call.operation.startswith(SENDING) and value not in _SAFE_ADDRESSES:
                return f"it sends a message, so {name} must be {{sandbox_email}}"
            if value not in _SAFE_ADDRESSES and not value.endswith((f"@{EMAIL_DOMAIN}", f".{EMAIL_DOMAIN}")):
                return f"{name} must be an address at {EMAIL_DOMAIN}"
    return ""


def _texts(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Return every text in a value with the name of its field."""
    if isinstance(value, dict):
        return [pair for key, each in value.items() for pair in _texts(each, key)]
    if isinstance(value, list):
        return [pair for each in value for pair in _texts(each, name)]
    return [(name, value)] if isinstance(value, str) else []


def problem_with_target(url: str, project_id: str, secret: str) -> str:
    """Return why a target is refused, or ""."""
    from urllib.parse import urlsplit

    if project_id.startswith("project-live-") or secret.startswith("secret-live-"):
        return "These are live credentials. Use the credentials of a test project."
    if (urlsplit(url).hostname or "").lower().rstrip(".") in LIVE_HOSTS:
        return f"{url} is the live API. Use https://test.stytch.com."
    if not project_id.startswith("project-test-"):
        return "The id of a test project begins with project-test-."
    return ""
