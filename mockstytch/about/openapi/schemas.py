"""JSON Schemas of classes, for the components of an OpenAPI document."""

import re
from collections.abc import Container, Iterable, Iterator
from typing import Any, get_args

import msgspec
from msgspec import UNSET
from msgspec.structs import FieldInfo

from mockstytch.descriptions import described

Schema = dict[str, Any]

_REFERENCE = "#/components/schemas/"


class Components:
    """The schemas of an OpenAPI document that have a name. They are collected while operations refer to them.

    An object in a request can lack the fields that have a default. In a response, every field is there, except one
    whose default is ``UNSET``. If both forms of a class are needed, the name of that in requests ends with ``Input``.

    Args:
        responses: the types of all responses.
        partial: classes whose fields with a default aren't always in a response.

    Attributes:
        schemas: the schemas by name.
    """

    def __init__(self, responses: Iterable[Any], partial: Container[type] = ()) -> None:
        self.schemas: dict[str, Schema] = {}
        self._partial = partial
        self._responses: dict[type, str] = {}
        self._requests: dict[type, str] = {}
        for model in dict.fromkeys(model for type_ in responses for model in classes_in(type_)):
            self._responses[model] = self._free_name(model, model.__name__)

    def response(self, type_: Any) -> Schema:
        """Return the schema of a type in a response."""
        (schema,), found = _schemas_of(type_)
        renamed: Schema = _renamed(_portable(schema), self._add(type_, found, self._responses))
        return renamed

    def request(self, type_: Any) -> Schema:
        """Return the schema of a type in a request."""
        (schema,), found = _schemas_of(type_)
        renamed: Schema = _renamed(_portable(schema), self._add(type_, found, self._requests))
        return renamed

    def request_object(self, model: type[msgspec.Struct]) -> Schema:
        """Return the schema of a request class itself. Only the classes inside it get names."""
        _, found = _schemas_of(model)
        schema = self._finished(model, found.pop(model.__name__), self._requests)
        renamed: Schema = _renamed(schema, self._add(model, found, self._requests))
        return renamed

    def add_document(self, name: str, document: Schema) -> Schema:
        """Add a JSON Schema that has its own definitions, and return a reference to it."""
        definitions = document["$defs"]
        names = {definition: f"{name}.{definition}" for definition in definitions}
        about = {key: value for key, value in document.items() if key not in ("$defs", "$schema")}
        for key, schema in {name: about, **{names[key]: value for key, value in definitions.items()}}.items():
            self.schemas[key] = _renamed(_portable(schema), names, "#/$defs/")
        return {"$ref": _REFERENCE + name}

    def _add(self, type_: Any, found: dict[str, Schema], names: dict[type, str]) -> dict[str, str]:
        """Add the schemas of the classes in a type, and return their names by the names that msgspec gave them."""
        classes = {model.__name__: model for model in classes_in(type_)}
        new_names = {name: self._name(classes[name], names) for name in found}
        for name, schema in found.items():
            if new_names[name] not in self.schemas:
                self.schemas[new_names[name]] = _renamed(self._finished(classes[name], schema, names), new_names)
        return new_names

    def _name(self, model: type, names: dict[type, str]) -> str:
        if model not in names:
            is_same = model in self._responses and not _has_optional(model)
            name = self._responses[model] if is_same else f"{model.__name__}Input" * (model in self._responses)
            names[model] = name if is_same else self._free_name(model, name or model.__name__)
        return names[model]

    def _free_name(self, model: type, name: str) -> str:
        taken = {*self._responses.values(), *self._requests.values()}
        module = model.__module__.rpartition(".")[2].title().replace("_", "")
        return f"{module}{name}" if name in taken else name

    def _finished(self, model: type, schema: Schema, names: dict[type, str]) -> Schema:
        """Return the schema of a class with descriptions, and in a response with the fields that are always there."""
        in_response = names is self._responses
        fields, (about, attributes) = fields_of(model), described(model)
        result = {name: value for name, value in _portable(schema).items() if name not in ("title", "description")}
        if about and fields:
            result["description"] = about
        for name, field in fields.items():
            result["properties"][name] = dict(result["properties"][name])
            if in_response:
                result["properties"][name].pop("default", None)
            if field.name in attributes:
                result["properties"][name]["description"] = attributes[field.name]
        if fields:
            result.pop("required", None)
            always = in_response and model not in self._partial
            required = [n for n, f in fields.items() if (f.default is not UNSET if always else f.required)]
            result |= {"required": required} if required else {}
        return result


def _schemas_of(type_: Any) -> tuple[tuple[Schema, ...], dict[str, Schema]]:
    return msgspec.json.schema_components([type_], ref_template=_REFERENCE + "{name}")


def classes_in(type_: Any) -> Iterator[type]:
    """Find the classes of objects and enumerations in a type, each once."""
    seen, waiting = set(), [type_]
    while waiting:
        this = waiting.pop()
        waiting += get_args(this)
        if isinstance(this, type) and not get_args(this) and this not in seen:
            seen.add(this)
            if issubclass(this, msgspec.Struct):
                waiting += [field.type for field in msgspec.structs.fields(this)]
            yield this


def fields_of(model: type) -> dict[str, FieldInfo]:
    """Return the fields of a class by name; none for an enumeration."""
    return {f.encode_name: f for f in msgspec.structs.fields(model)} if issubclass(model, msgspec.Struct) else {}


def _has_optional(model: type) -> bool:
    return any(not field.required for each in classes_in(model) for field in fields_of(each).values())


def _portable(schema: Any) -> Any:
    """Return a schema that is valid outside of Python, too: its patterns, and its defaults."""
    if isinstance(schema, list):
        return [_portable(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {name: _portable(value) for name, value in schema.items()}
    if "default" in schema and schema["default"] in ("", None):  # it means "not sent", and needn't be a valid value
        del result["default"]
    if isinstance(pattern := schema.get("pattern"), str):
        result["pattern"] = re.sub(r"\\A", "^", re.sub(r"\\Z", "$", pattern))
    return result


def _renamed(schema: Any, names: dict[str, str], prefix: str = _REFERENCE) -> Any:
    """Return a schema whose references have the names of the components.

    Args:
        names: the names of the components by the names in the references.
        prefix: the beginning of the references.
    """
    if isinstance(schema, list):
        return [_renamed(item, names, prefix) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {name: _renamed(value, names, prefix) for name, value in schema.items()}
    if isinstance(reference := schema.get("$ref"), str) and reference.removeprefix(prefix) in names:
        result["$ref"] = _REFERENCE + names[reference.removeprefix(prefix)]
    return result
