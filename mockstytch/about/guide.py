"""``llms.txt``: how to write tests against this server, for coding agents."""

from pathlib import Path

from mockstytch.about.manifest import DOCUMENTS
from mockstytch.console.reference import CONTROL
from mockstytch.console.snippets import CODE, NAMES, variables
from mockstytch.control.surface import PREFIX
from mockstytch.domain.login import named_factors
from mockstytch.settings import Settings
from mockstytch.store.records.messages import MESSAGE_KINDS
from mockstytch.version import __version__

TEMPLATE = Path(__file__).with_name("guide.md")


def render(settings: Settings, url: str) -> str:
    """Return the guide.

    Args:
        settings: the options of the server, which have the credentials of the default project.
        url: the server's URL.
    """
    environment = variables(url, settings.project_id, settings.secret)
    parts = {
        "version": __version__,
        "url": url.rstrip("/"),
        "environment": "\n".join(f"{name}={value}" for name, value in environment.items()),
        "clients": "\n\n".join(
            f"{NAMES.get(sdk, sdk.capitalize())}:\n\n```\n{code}\n```" for sdk, code in CODE.items()
        ),
        "calls": "\n".join(f"- `{_call(key)}`: {about}" for key, about in CONTROL.items()),
        "kinds": ", ".join(f"`{kind}`" for kind in MESSAGE_KINDS),
        "factors": ", ".join(f"`{name}`" for name in named_factors.NAMES),
        "documents": "\n".join(f"- [{name}]({url.rstrip('/')}{path})" for name, path in DOCUMENTS.items()),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"<<{name}>>", part)
    return text


def _call(key: str) -> str:
    method, _, path = key.partition(" ")
    return key if path == DOCUMENTS["guide"] else f"{method} {PREFIX}{path}"
