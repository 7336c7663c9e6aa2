"""Claim templates: JSON in which ``{{ member.trusted_metadata.role }}`` stands for a value.

A variable is replaced by its value as JSON, ``null`` where there is none; inside a string, by its text.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.domain.shared.metadata import RESERVED_CLAIMS
from mockstytch.runtime import Context
from mockstytch.store.records.projects import JwtTemplate

# What the variables of a kind of template may begin with.
ROOTS = {"SESSION": ("member", "organization"), "M2M": ("client",)}
_OF_CONSUMERS = ("user",)
_VARIABLE = re.compile(r"{{\s*([A-Za-z_][\w.\[\]-]*)\s*}}")
_MARK = re.compile(r"\x01(\d+)\x01")


def validate(template: str, roots: tuple[str, ...]) -> None:
    """A template that can be rendered.

    Args:
        roots: what its variables may begin with: ``member``, ``organization``, ``client``, …

    Raises:
        jwt_template_mismatched_tag: a ``{{`` without its ``}}``, or the other way round.
        jwt_template_invalid_tag: a variable that there isn't.
        jwt_template_invalid_json: what is left is no JSON object.
    """
    if template.count("{{") != template.count("}}"):
        raise errors.jwt_template_mismatched_tag()
    for tag in re.findall(r"{{.*?}}", template, re.DOTALL):
        found = _VARIABLE.fullmatch(tag)
        if found is None or re.split(r"[.\[]", found[1])[0] not in roots:
            raise errors.jwt_template_invalid_tag(because=tag)
    if not isinstance(_rendered(template, {}), dict):
        raise errors.jwt_template_invalid_json()


def roots(template_type: str, vertical: str) -> tuple[str, ...]:
    """What the variables of a template may begin with in a project of this vertical."""
    return _OF_CONSUMERS if (template_type, vertical) == ("SESSION", "CONSUMER") else ROOTS[template_type]


def find_template(ctx: Context, template_type: str) -> JwtTemplate | None:
    """The project's template of a type, if it has one."""
    return next((t for t in ctx.project.settings.jwt_templates if t.template_type == template_type), None)


def claims(template: JwtTemplate, values: Mapping[str, Any]) -> dict[str, Any]:
    """The claims that a template adds: none with a name that JWTs reserve or that is in Stytch's own namespace."""
    found = rendered(template.template_content, values).items()
    return {name: v for name, v in found if name not in RESERVED_CLAIMS and not name.startswith("https://stytch.com/")}


def rendered(template: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The claims that a template makes of these values; none where it is empty or no JSON after all."""
    claims = _rendered(template, values)
    return claims if isinstance(claims, dict) else {}


def _rendered(template: str, values: Mapping[str, Any]) -> Any:
    """Values are put in after the JSON was read: none of them can break out of its place."""
    if not template.strip():
        return {}
    paths: list[str] = []

    def mark(found: re.Match[str]) -> str:
        paths.append(found[1])
        quoted = template.count('"', 0, found.start()) % 2  # an escaped quote inside a string isn't expected here
        text = f"\\u0001{len(paths) - 1}\\u0001"
        return text if quoted else f'"{text}"'

    try:
        tree = msgspec.json.decode(_VARIABLE.sub(mark, template))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return _filled(tree, [_value(path, values) for path in paths])


def _filled(tree: Any, found: list[Any]) -> Any:
    if isinstance(tree, dict):
        return {_filled_key(name, found): _filled(value, found) for name, value in tree.items()}
    if isinstance(tree, list):
        return [_filled(value, found) for value in tree]
    if isinstance(tree, str):
        if alone := _MARK.fullmatch(tree):
            return found[int(alone[1])]
        return _MARK.sub(lambda mark: _text(found[int(mark[1])]), tree)
    return tree


def _filled_key(name: str, found: list[Any]) -> str:
    return _MARK.sub(lambda mark: _text(found[int(mark[1])]), name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else msgspec.json.encode(value).decode()


def _value(path: str, values: Mapping[str, Any]) -> Any:
    """``member.roles[0].role_id``, followed into the values; None where it leads nowhere."""
    at: Any = values
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(at, Mapping):
            at = at.get(step)
        elif isinstance(at, list) and step.isdecimal() and int(step) < len(at):
            at = at[int(step)]
        else:
            return None
    return at
