"""What keeps a real project safe: which credentials and which calls are refused."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from mockstytch.parity.probe import Call
from mockstytch.parity.references import EMAIL_DOMAIN, FICTIONAL_PHONE, SANDBOX_PHONE
from mockstytch.parity.sending.operations import known_operations

LIVE_HOSTS = ("api.stytch.com", "management.stytch.com")

# Operations that send an e-mail or a text message if they succeed
SENDING = (
    "magic_links.email.",
    "otps.email.login_or_signup",
    "otps.email.discovery.send",
    "passwords.email.reset_start",
    "passwords.discovery.email.reset_start",
    "organizations.members.start_email_update",
    "otps.sms.send",
)
# Operations that change settings of the project. In the management API: everything outside of a project of the probe.
_SETTINGS = ("fraud.rules.set", "fraud.verdict_reasons.override")
_MANAGED = "management."
_OWN_PROJECT = re.compile(r"{(\w+\.)?project_slug}|{unknown:\w+}")
# The field by which the clean-up finds what an operation created
_NAMED = {
    "organizations.create": "organization_name",
    "discovery.organizations.create": "organization_name",
    "m2m.clients.create": "client_name",
    "connected_app.clients.create": "client_name",
    "oauth_server.register": "client_name",
    "management.projects.create": "name",
}
_SAFE_ADDRESSES = ("{sandbox_email}", "sandbox@stytch.com")
_SAFE_PHONES = ("{sandbox_phone}", "{fictional_phone}", SANDBOX_PHONE, FICTIONAL_PHONE)
_ADDRESS = re.compile(r"[^@\s\"']+@[^@\s\"']+\.[^@\s\"']+")
_PHONE = re.compile(r"\+\d{7,15}")


def problem(call: Call) -> str:
    """Return why a call mustn't be sent to a real project, or ""."""
    operation = (call.operation or _operation_of(call.request)).removeprefix("browser.")
    if operation in _SETTINGS:
        return "it changes settings of the project"
    if operation.startswith(_MANAGED) and (found := _problem_of_managed(call, operation)):
        return found
    name = _NAMED.get(operation, "")
    if name and not call.expects and not str(call.fields.get(name, "")).startswith("{prefix}"):
        return f"{name} must begin with {{prefix}}, so that the clean-up finds it"
    fields = [*_texts(call.fields), *(("email", found) for found in _ADDRESS.findall(call.body or ""))]
    is_sending = operation.startswith(SENDING)
    return next((found for name, value in fields if (found := _problem_of_text(name, value, is_sending))), "")


def _problem_of_text(name: str, value: str, is_sending: bool) -> str:
    """Return what is wrong with an e-mail address or a phone number, or "".

    A text that can't be an address is allowed: it is refused by the API.
    """
    if "phone" in name and _PHONE.fullmatch(value):
        allowed = _SAFE_PHONES[::2] if is_sending else _SAFE_PHONES
        return "" if value in allowed else f"{name} must be one of {', '.join(allowed)}"
    if "email" not in name or value in _SAFE_ADDRESSES:
        return ""
    if is_sending and (_ADDRESS.fullmatch(value) or "{" in value):
        return f"it sends a message, so {name} must be {{sandbox_email}}"
    if _ADDRESS.fullmatch(value) and not value.endswith((f"@{EMAIL_DOMAIN}", f".{EMAIL_DOMAIN}")):
        return f"{name} must be an address at {EMAIL_DOMAIN}"
    return ""


def _problem_of_managed(call: Call, operation: str) -> str:
    """Return why a call of the management API is refused: it must be about a project that a probe created."""
    if "project_slug" in call.save and operation != "management.projects.create":
        return "only a project that the probe creates can be saved as project_slug"
    slug = call.fields.get("project_slug")
    has_slug = "{project_slug}" in known_operations().get(operation, ("", "", ""))[1]
    if has_slug and not _OWN_PROJECT.fullmatch(str(slug)):
        return "project_slug must be a reference to a project that the probe created"
    return ""


def _operation_of(request: str) -> str:
    """Return the operation at a method and path, or ""."""
    method, _, path = request.partition(" ")
    steps = path.partition("?")[0].strip("/").split("/")
    for name, address in known_operations().items():
        known = address.path.strip("/").split("/")
        if address.method == method and len(known) == len(steps) and _fits(known, steps):
            return name
    return ""


def _fits(known: Iterable[str], steps: Iterable[str]) -> bool:
    return all(one == other or one.startswith("{") for one, other in zip(known, steps, strict=True))


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Return every text in a value with the name of its field."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, name)
    elif isinstance(value, str):
        yield name, value


def problem_with_target(url: str, project_id: str, secret: str) -> str:
    """Return why a target is refused, or ""."""
    if project_id.startswith("project-live-") or secret.startswith("secret-live-"):
        return "These are live credentials. Use the credentials of a test project."
    if (urlsplit(url).hostname or "").lower().rstrip(".") in LIVE_HOSTS:
        return f"{url} is the live API. Use https://test.stytch.com."
    if not project_id.startswith("project-test-"):
        return "The id of a test project begins with project-test-."
    return ""
