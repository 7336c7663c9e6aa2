"""The fields of the settings editor, made from the classes of the settings."""

import types
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

from mockstytch.console import render
from mockstytch.descriptions import described
from mockstytch.store.records.projects import Project, ProjectSettings, managed_project_settings


class Field(NamedTuple):
    """A field of a form.

    Attributes:
        name: the setting, or its part: ``user_lock.threshold``.
        kind: the type of the form's field: see ``form_values``.
        choices: the values that can be chosen; empty if it isn't a choice.
        default: the default as text.
        reset: the id of the form that sets the default; "" for a part of an object.
    """

    name: str
    label: str
    kind: str
    value: Any
    choices: list[str]
    help: str
    default: str
    changed: bool
    reset: str = ""


class Setting(NamedTuple):
    """A setting as a whole, or one part of an SDK configuration.

    Attributes:
        is_object: whether the fields are its parts, which are returned to the default together.
        form: the id of the form that sets the default.
        default: the default as JSON, in the form in which the control API takes it.
    """

    name: str
    help: str
    fields: list[Field]
    changed: bool
    is_object: bool
    form: str
    default: str


def setting(project: Project, path: str) -> Setting:
    """Return a setting of the project.

    Args:
        path: its name, or ``b2b_sdk_config.<part>``.
    """
    name, _, part = path.partition(".")
    default_settings = managed_project_settings() if project.project_slug else ProjectSettings()
    value, default = getattr(project.settings, name), getattr(default_settings, name)
    if part:
        value, default = getattr(value, part), getattr(default, part)
    return Setting(
        name=path,
        help=_help(ProjectSettings, name) if not part else "",
        fields=_fields(path, value, default) if isinstance(value, msgspec.Struct) else [_field(path, value, default)],
        changed=value != default,
        is_object=isinstance(value, msgspec.Struct),
        form=f"default-{path.replace('.', '-')}",
        default=msgspec.json.encode({part: default} if part else default).decode(),
    )


def _fields(path: str, value: msgspec.Struct, default: Any) -> list[Field]:
    """Return a field for each part of an object."""
    return [
        _typed_field(f"{path}.{f.name}", f.type, getattr(value, f.name), getattr(default, f.name), type(value))
        for f in msgspec.structs.fields(value)
    ]


def _field(name: str, value: Any, default: Any) -> Field:
    types_ = {f.name: f.type for f in msgspec.structs.fields(ProjectSettings)}
    field = _typed_field(name, types_[name], value, default, ProjectSettings)
    return field._replace(reset=f"default-{name}")


def _typed_field(name: str, type_: Any, value: Any, default: Any, owner: type) -> Field:
    last = name.rpartition(".")[2]
    kind = _kind(type_)
    plain, plain_default = msgspec.to_builtins(value), msgspec.to_builtins(default)
    return Field(
        name=name,
        label=last,
        kind=kind,
        value=plain,
        choices=list(get_args(type_)) if get_origin(type_) is Literal else [],
        help=_help(owner, last),
        default=_as_words(kind, plain_default),
        changed=plain != plain_default,
    )


def _help(owner: type, name: str) -> str:
    text = described(owner)[1].get(name, "")
    return f"{text[0].upper()}{text[1:]}" if text else ""


def _kind(type_: Any) -> str:
    """Return the type of a form's field for a type of the settings."""
    if type_ in (bool, int):
        return str(type_.__name__)
    if type_ is str or get_origin(type_) is Literal:
        return ""
    if type_ == list[str]:
        return "list"
    if get_origin(type_) in (Union, types.UnionType) and set(get_args(type_)) == {list[str], type(None)}:
        return "list_or_null"
    return "json"


def _as_words(kind: str, default: Any) -> str:
    if kind == "bool":
        return "on" if default else "off"
    if default in ("", None, [], {}):
        return "empty"
    return render.as_text(default).replace("\n", ", ") if kind != "json" else msgspec.json.encode(default).decode()
