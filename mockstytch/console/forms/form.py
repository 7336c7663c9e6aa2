"""The forms of the console: what they ask for, and how their fields become JSON.

A form names a call in its field ``form/do``: an operation of the API or of the management API (``members.update``), or
a call of the control API (``POST /clock/advance``). The console changes nothing in any other way. Fields whose names
contain a slash, such as ``was/name``, belong to the form itself; all others are the fields of the call. ``?on_reset``
is a parameter of the query, and ``*`` is the whole body.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from mockstytch import errors
from mockstytch.console.forms import form_values
from mockstytch.values import Frozen

_MAX_FIELDS = 500
_NEVER_EMPTY = ("int", "float", "json", "time")  # types that need a text


class Form(Frozen):
    """A form that was sent.

    Attributes:
        id: the form's id on its page.
        call: what to do.
        typed: the fields as text, by their names with their types.
        was: the text that a field had before, for fields that are sent only if they were changed.
        then: the page to go to; "" is the same page.
        then_id: where the result has the last part of that page's path: ``organization.organization_id``. In a list,
            the first item is used.
        shows_result: whether the page shows what the call returned.
        undo: what the form does, such as ``reset``, if the project is saved before, so that it can be undone.
        into: the list or map in the project's settings that the fields are an item of: ``rbac_policy.roles``.
        item: the present item as JSON; "" adds one.
        key: the field that has the item's name, if ``into`` is a map.
        removes: whether the item is removed.
    """

    id: str
    call: str
    typed: dict[str, str]
    was: dict[str, str]
    then: str = ""
    then_id: str = ""
    shows_result: bool = False
    undo: str = ""
    into: str = ""
    item: str = ""
    key: str = ""
    removes: bool = False

    def changed(self) -> list[str]:
        """Return the names of the fields that are sent, with their types.

        Fields that weren't changed are left out. If one field of an object was changed, all of its fields are sent,
        because calls replace objects. For an item of a list, all fields are sent.
        """
        if self.into:
            return [name for name, text in self.typed.items() if text or name.partition(":")[2] not in _NEVER_EMPTY]
        changed = [n for n, text in self.typed.items() if self.was.get(n) != text and (text or n in self.was)]
        objects = {name.partition(".")[0] for name in changed if "." in name}
        return [
            n for n, text in self.typed.items() if n in changed or ((text or n in self.was) and _object(n) in objects)
        ]

    def fields(self) -> dict[str, Any]:
        """Return the fields of the call, as JSON values.

        Raises:
            bad_request: if a field doesn't contain its type.
        """
        parts = [(*name.partition(":")[::2], self.typed[name]) for name in self.changed()]
        return form_values.nested((key, form_values.convert(key, kind, text)) for key, kind, text in parts)

    def next_path(self, result: Any) -> str:
        """Return the path of the page to go to, without ``/_mock``; "" is the same page."""
        for key in filter(None, self.then_id.split(".")):
            if isinstance(result, list):
                result = result[0] if result else ""
            result = result.get(key, "") if isinstance(result, Mapping) else ""
        return f"{self.then}{result}" if self.then_id else self.then


def _object(name: str) -> str:
    """Return the object that a field is a part of, or ""."""
    return name.partition(".")[0] if "." in name else ""


def read(content: bytes) -> Form:
    """Read a form.

    The names of fields end with their type: ``roles:list``, ``mfa_enrolled:bool``. Without one, it is text.

    Raises:
        bad_request: if the form has too many fields.
    """
    try:
        pairs = parse_qsl(content.decode("latin-1"), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise errors.bad_request(because=f"the form has more than {_MAX_FIELDS} fields") from None
    sent: dict[str, list[str]] = {}
    for name, value in pairs:
        sent.setdefault(name, []).append(value.replace("\r\n", "\n"))
    own = {name.removeprefix("form/"): values[-1] for name, values in sent.items() if name.startswith("form/")}
    was = {name.removeprefix("was/"): values[-1] for name, values in sent.items() if name.startswith("was/")}
    typed = {name: "\n".join(values) for name, values in sent.items() if "/" not in name}
    typed = dict.fromkeys(was, "") | typed  # a box that isn't checked isn't sent
    return Form(
        id=own.get("id", ""),
        call=own.get("do", ""),
        typed=typed,
        was=was,
        then=own.get("then", ""),
        then_id=own.get("then_id", ""),
        shows_result="shows_result" in own,
        undo=own.get("undo", ""),
        into=own.get("into", ""),
        item=own.get("item", ""),
        key=own.get("key", ""),
        removes="removes" in own,
    )
