"""One item of a list in the project's settings: add it, replace it, delete it.

The control API replaces a list as a whole. A form that has ``form/into`` changes one item of it.
"""

from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.console.forms import form_values
from mockstytch.console.forms.form import Form
from mockstytch.store.records.projects import ProjectSettings


def changed(settings: ProjectSettings, form: Form) -> dict[str, Any]:
    """Return the setting that the form changes, as the control API expects it.

    Raises:
        bad_request: if the setting or the item doesn't exist.
    """
    setting, _, part = form.into.partition(".")
    whole = msgspec.to_builtins(getattr(settings, setting, None))
    present = whole.get(part) if part and isinstance(whole, dict) else whole
    if form.key:
        new: Any = _changed_map(present if isinstance(present, dict) else {}, form)
    elif isinstance(present, list):
        new = _changed_list(present, form)
    else:
        raise errors.bad_request(because=f"there is no list {form.into[:50]}")
    return {setting: whole | {part: new} if part else new}


def _changed_list(present: list[Any], form: Form) -> list[Any]:
    if not form.item:
        return [*present, form.fields()]
    old = form_values.convert("form/item", "json", form.item)
    if old not in present:
        raise errors.bad_request(because="It was changed meanwhile. The page shows it as it is now.")
    at = present.index(old)
    return [*present[:at], *([] if form.removes else [old | form.fields()]), *present[at + 1 :]]


def _changed_map(present: dict[str, Any], form: Form) -> dict[str, Any]:
    """Return the map with the form's fields under the name in its field ``key``."""
    fields = form.fields()
    name = str(fields.pop(form.key, ""))
    return {key: value for key, value in present.items() if key != name} | ({} if form.removes else {name: fields})
