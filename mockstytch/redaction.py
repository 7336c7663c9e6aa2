"""Replace secrets by "…": passwords, tokens, codes and keys, found by the names of their fields, or by their form."""

import re
from functools import lru_cache
from typing import Any

REDACTED = "…"

_SECRET = re.compile(
    r"(.*[_-])?(assertion|authorization|code|cookie|credential|hash|jwt|passcode|password|private_key|salt"
    r"|saml_?response|secret|token|verifier)s?|id_token_hint|x-stytch-member-session(jwt)?",
    re.IGNORECASE,
)
_HARMLESS = {"country_code", "country_codes", "sms_country_codes", "whatsapp_country_codes", "public_token"}
# An app's own data, in which a name such as "code" can mean anything.
_OF_THE_APP = {"custom_claims", "trusted_metadata", "untrusted_metadata"}

# The consonants of passcode, password, secret, token and verifier: they show most mistyped names.
_MISTYPED = {"pscd", "pswrd", "scrt", "tkn", "vrfr"}
_VOWEL_OR_REPEATED = re.compile(r"[aeiou]|(.)(?=\1)")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{4,}\.[\w-]+\.[\w-]*")
# A session token or the token of a link, and a secret of a project or a workspace.
_TOKEN = re.compile(r"(?<![\w-])(?!public-token)(?:[\w-]{43}[\w=-](?![\w=-])|(?:secret|workspace-secret)-[\w-]+)")
_HAS_ID = re.compile(r"-(?:test|live)-[0-9a-f]{8}-")
_PARAMETER = re.compile(r"(?<=[?&#])([\w.-]+)=([^&#\s\"'<>]+)")
# A name, and a value that may be quoted, in a text that isn't valid JSON.
_PAIR = re.compile(
    r"""(?<![\w-])([\w-]+)(\\?["']?\s*[:=]\s*)"""
    r"""("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\\"[^"]*"?|\[[^\]]*\]?|[^&,;}\]\s]+)"""
)


@lru_cache(4096)
def is_secret(name: str) -> bool:
    """Return whether a field with this name has a secret. The name may be mistyped, or written ``likeThis``."""
    if name in _HARMLESS:
        return False
    words = _HUMP.sub("_", name)
    last_word = re.split("[_-]", words.lower())[-1].removesuffix("s")
    return _SECRET.fullmatch(words) is not None or _VOWEL_OR_REPEATED.sub("", last_word) in _MISTYPED


def redact(value: Any, name: str = "") -> Any:
    """Return a JSON value with "…" in place of its secrets. An empty text stays empty.

    Args:
        name: the name of the value's field.
    """
    if isinstance(value, dict):
        return value if name in _OF_THE_APP else {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, name) for item in value]
    return REDACTED if isinstance(value, str) and value and is_secret(name) else value


def redact_text(text: str) -> str:
    """Return a text with "…" in place of what has the form of a secret: a token, a JWT, a parameter of a URL."""
    if "=" in text:
        text = _PARAMETER.sub(lambda m: f"{m[1]}={REDACTED}" if is_secret(m[1]) else m[0], text)
    if "eyJ" in text:
        text = _JWT.sub(REDACTED, text)
    if len(text) >= 44 or "secret-" in text:
        text = _TOKEN.sub(lambda m: m[0] if _HAS_ID.search(m[0]) and "secret-" not in m[0] else REDACTED, text)
    return text


def redact_unparsed(text: str) -> str:
    """Return a text that should be JSON or a form, but isn't, with "…" in place of the values of secret names."""
    pairs = _PAIR.sub(lambda m: f"{m[1]}{m[2]}{REDACTED}" if is_secret(m[1]) else m[0], text)
    return redact_text(pairs)
