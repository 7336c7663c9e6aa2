"""JWT templates: JSON objects with variables such as ``{{ member.trusted_metadata.role }}``.

A variable is replaced by its value as JSON, or by ``null`` if it has none. Inside a string it is replaced by text.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.domain.shared.metadata import RESERVED_CLAIMS
from mockstytch.protocols import json_depth
from mockstytch.runtime import Context
from mockstytch.store.records.projects import JwtTemplate

# By type of template: the first parts that a variable can have.
ROOTS = {"SESSION": ("member", "organization"), "M2M": ("client",)}
_CONSUMER_ROOTS = ("user",)
_VARIABLE = re.compile(r"{{\s*([A-Za-z_][\w.\[\]-]*)\s*}}")
_MAX_INDEX_DIGITS = 9
MAX_LENGTH = 16_384  # characters; production's limit isn't known


def validate(template: str, roots: tuple[str, ...]) -> None:
    """Check that a template can be rendered.

    Args:
        roots: the first parts that a variable can have: ``member``, ``organization``, ``client``, …

    Raises:
        jwt_template_mismatched_tag: if the JWT template isn't JSON because it has a ``}}`` without ``{{``.
        jwt_template_invalid_tag: if the JWT template has an unknown or malformed variable.
        jwt_template_invalid_json: if the JWT template isn't a JSON object, or has more than 16,384 characters.
    """
    if len(template) > MAX_LENGTH:
        raise errors.jwt_template_invalid_json(because=f"more than {MAX_LENGTH} characters")
    for tag in _tags(template):
        variable = _VARIABLE.fullmatch(tag)
        if variable is None or re.split(r"[.\[]", variable[1])[0] not in roots:
            raise errors.jwt_template_invalid_tag(because=tag)
    if not isinstance(_render_json(template, {}), dict):
        # Nested objects of a valid template end in }} too, so the counts say something about an invalid one only.
        mismatched = template.count("{{") != template.count("}}")
        raise errors.jwt_template_mismatched_tag() if mismatched else errors.jwt_template_invalid_json()


def _tags(template: str) -> Iterator[str]:
    """Yield each ``{{…}}``, in linear time: a regular expression would look for each ``}}`` up to the end.

    Raises:
        jwt_template_mismatched_tag: if the JWT template has a ``{{`` without ``}}``.
    """
    end = 0
    while (start := template.find("{{", end)) >= 0:
        close = template.find("}}", start)
        if close < 0:
            raise errors.jwt_template_mismatched_tag()
        end = close + 2
        yield template[start:end]


def roots(template_type: str, vertical: str) -> tuple[str, ...]:
    """Return the first parts that a variable can have, in a project of this vertical."""
    return _CONSUMER_ROOTS if (template_type, vertical) == ("SESSION", "CONSUMER") else ROOTS[template_type]


def find_template(ctx: Context, template_type: str) -> JwtTemplate | None:
    """Return the project's template of this type, or None."""
    templates = ctx.project.settings.jwt_templates  # most projects have none
    return next((t for t in templates if t.template_type == template_type), None) if templates else None


def claims(template: JwtTemplate, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims that a template adds. Reserved names and Stytch's namespace are left out."""
    rendered = render(template.template_content, values)
    return {
        name: v
        for name, v in rendered.items()
        if name not in RESERVED_CLAIMS and not name.startswith("https://stytch.com/")
    }


def render(template: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template's claims with these values. An empty or malformed template has no claims."""
    claims = _render_json(template, values)
    return claims if isinstance(claims, dict) else {}


def _render_json(template: str, values: Mapping[str, Any]) -> Any:
    """Parse the template, then insert the values, so that no value can change the structure of the JSON."""
    if not template.strip():
        return {}
    quotes = position = 0

    def quoted(variable: re.Match[str]) -> str:
        nonlocal quotes, position
        quotes += template.count('"', position, variable.start())
        position = variable.end()  # a variable has no quotes
        text = f"{{{{{variable[1]}}}}}"
        return text if quotes % 2 else f'"{text}"'  # escaped quotes inside a string aren't supported

    try:
        text = _VARIABLE.sub(quoted, template).encode()
        return _fill(msgspec.json.decode(json_depth.checked(text)), values)
    except (msgspec.DecodeError, UnicodeError):
        return None


def _fill(tree: Any, values: Mapping[str, Any]) -> Any:
    """Replace each variable in the strings of a JSON value."""
    if isinstance(tree, dict):
        return {_fill_text(name, values): _fill(value, values) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_fill(value, values) for value in tree]
    if isinstance(tree, str):
        whole = _VARIABLE.fullmatch(tree)
        return _resolve(whole[1], values) if whole else _fill_text(tree, values)
    return tree


def _fill_text(text: str, values: Mapping[str, Any]) -> str:
    return _VARIABLE.sub(lambda variable: _text(_resolve(variable[1], values)), text)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()


def _resolve(path: str, values: Mapping[str, Any]) -> Any:
    """Return the value at a path such as ``member.roles[0].role_id``, or None."""
    value: Any = values
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and len(step) <= _MAX_INDEX_DIGITS and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value
