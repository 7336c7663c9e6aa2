"""Examples of requests, made of their schemas: the required fields, and a few that most callers send."""

from typing import Any

from mockstytch.about.openapi.schemas import Components, Schema

_TOKEN = "DOYoip3rvIMMW5IFe1ic9Nw1E5uUvJdAEJTYXVtDcMc="
_ORGANIZATION = "organization-test-07971b06-ac8b-4cdb-9c15-63b17e653931"
_MEMBER = "member-test-32fc5024-9c09-4da3-bd2e-c9ce4da9375f"
_VALUES: dict[str, Any] = {
    "actions": ["read"],
    "code": "123456",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "country_codes": ["US"],
    "domain": "acme.example",
    "email": "ada@acme.example",
    "email_address": "ada@acme.example",
    "hash": "$2a$12$LYw8Cb7TDnzqwQE9UUbcYOMI6gsw1MOEyHYWVvVdHs6pyCQ8cYnYK",
    "hash_type": "bcrypt",
    "identifier": "visitor-fingerprint-0cbf5dd8-2c6d-4c2e-9b0a-7f0f1f6f7b1c",
    "impersonator_email_address": "support@example.com",
    "intermediate_session_token": _TOKEN,
    "member_id": _MEMBER,
    "mfa_phone_number": "+12025550162",
    "name": "Ada Lovelace",
    "organization_id": _ORGANIZATION,
    "organization_name": "Acme",
    "organization_slug": "acme",
    "password": "correct horse battery staple 7",
    "redirect_url": "http://localhost:3000/authenticate",
    "redirect_uri": "http://localhost:3000/callback",
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "session_duration_minutes": 60,
    "session_token": _TOKEN,
    "telemetry_id": "026ac93b-8cdf-4fcb-bfa6-36a31cfecac1",
    "verdict_reason": "VIRTUAL_MACHINE",
    "url": "http://localhost:3000/authenticate",
}
_SHOWN = {
    *("code", "domain", "email_address", "intermediate_session_token", "member_id", "mfa_phone_number", "name"),
    *("organization_id", "organization_name", "organization_slug", "password", "session_duration_minutes"),
    *("email", "grant_type"),
}


def example(components: Components, model: Schema) -> Any:
    """Return an example of an object.

    Args:
        model: the schema of the object.
    """
    required = model.get("required", ())
    return {
        name: value(components, name, schema)
        for name, schema in model.get("properties", {}).items()
        if name in required or name in _SHOWN
    }


def value(components: Components, name: str, schema: Schema) -> Any:
    """Return a value of a field. Its name decides, because many schemas only say that it is a text."""
    if "anyOf" in schema:
        schema = next(each for each in schema["anyOf"] if each.get("type") != "null")
    if reference := schema.get("$ref"):
        schema = components.schemas[reference.rpartition("/")[2]]
    if "enum" in schema:
        return schema["enum"][0]
    if name in _VALUES:
        return _VALUES[name]
    if "token" in name and schema.get("type") == "string":
        return _TOKEN
    match schema.get("type"):
        case "object":
            return example(components, schema)
        case "array":
            return [value(components, name.removesuffix("s"), schema["items"])] if schema.get("items") else []
        case "boolean":
            return True
        case "integer" | "number":
            return schema.get("minimum", 1)
    return f"example-{name.replace('_', '-')}"
