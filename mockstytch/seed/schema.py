"""The JSON Schema of a seed, for editors, generated from the classes that read a seed."""

import re
from inspect import cleandoc
from typing import Any

import msgspec

from mockstytch.seed import sections
from mockstytch.seed.sections import Section

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SECTIONS = {
    "settings": sections.SETTINGS,
    "m2m_client": sections.M2M_CLIENT,
    "connected_app": sections.CONNECTED_APP,
    "organization": sections.ORGANIZATION,
    "org_policy": sections.ORG_POLICY,
    "member": sections.MEMBER,
    "saml_connection": sections.SAML,
    "oidc_connection": sections.OIDC,
    "scim_connection": sections.SCIM,
}
_REQUIRED = {"m2m_client": "client_id", "connected_app": "client_name"}  # by which loading again finds them


def seed_schema() -> Schema:
    """Return the schema."""
    models = [model for section in _SECTIONS.values() for model in (section.request, section.own)]
    references, definitions = msgspec.json.schema_components([*models, sections.Generate], ref_template="{name}")
    names = {name: ".".join(name.split(".")[-2:]) for name in definitions}
    found = {names[name]: _closed(_rewritten(schema, names)) for name, schema in definitions.items()}

    def take(reference: Schema) -> Schema:
        return found.pop(names[reference["$ref"]], {})

    defs: dict[str, Schema] = {}
    pairs = zip(_SECTIONS.items(), references[:-1:2], references[1:-1:2], strict=True)
    for (name, section), request, own in pairs:
        defs[name] = _entry(section, take(request), found[names[own["$ref"]]], _REQUIRED.get(name))
    for reference in references[1:-1:2]:
        take(reference)
    defs["generate"] = take(references[-1])
    _add_inner_sections(defs)
    project = _project(defs["settings"])
    defs["project"] = _table(
        {"project_id": {"type": "string"}, "secret": {"type": "string"}, "name": {"type": "string"}, **project},
        ["project_id"],
    )
    return {
        "$schema": DIALECT,
        "title": "A seed of mockstytch",
        **_table({"$schema": {"type": "string"}, **project, "projects": _list("project")}),
        "$defs": {**defs, **found},
    }


def _entry(section: Section, request: Schema, own: Schema, required: str | None) -> Schema:
    """Return the schema of a section's entries."""
    properties = {name: value for name, value in request["properties"].items() if name not in section.hidden} | own.get(
        "properties", {}
    )
    needed = [name for name in (*request.get("required", []), *own.get("required", [])) if name not in section.hidden]
    return _table(properties, sorted({*needed, required}) if required else needed)


def _add_inner_sections(defs: dict[str, Schema]) -> None:
    connection = {"oneOf": [_reference("saml_connection"), _reference("oidc_connection")]}
    organization = defs["organization"]
    organization["properties"] |= {
        "org_policy": defs.pop("org_policy")["properties"]["org_policy"],
        "connections": {"type": "array", "items": connection},
        "scim_connection": _reference("scim_connection"),
        "members": _list("member"),
    }
    organization["required"] = ["organization_name"]  # the slug is derived from it
    defs["settings"]["properties"]["name"] = {"type": "string", "description": "the project's name"}


def _project(settings: Schema) -> dict[str, Schema]:
    assert settings, "the settings are a section"
    return {
        "settings": _reference("settings"),
        "m2m_clients": _list("m2m_client"),
        "connected_apps": _list("connected_app"),
        "organizations": _list("organization"),
        "generate": _reference("generate"),
    }


def _table(properties: dict[str, Schema], required: list[str] | None = None) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _list(name: str) -> Schema:
    return {"type": "array", "items": _reference(name)}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _closed(schema: Schema) -> Schema:
    """Return the schema of a class, without other names than its fields. A seed with another one is refused."""
    if "properties" not in schema:
        return schema
    closed = {**schema, "additionalProperties": False}
    if "description" in schema:  # the docstring of the class, which Python 3.13 and later don't indent
        closed["description"] = cleandoc(schema["description"])
    return closed


def _rewritten(schema: Any, names: dict[str, str]) -> Any:
    """Return a schema with short names of definitions, and with patterns that are valid outside of Python, too."""
    if isinstance(schema, list):
        return [_rewritten(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    rewritten = {name: _rewritten(value, names) for name, value in schema.items() if name != "title"}
    if isinstance(reference := schema.get("$ref"), str):
        rewritten["$ref"] = f"#/$defs/{names[reference]}"
    if isinstance(pattern := schema.get("pattern"), str):
        rewritten["pattern"] = re.sub(r"\\A", "^", re.sub(r"\\Z", "$", pattern))
    return rewritten
