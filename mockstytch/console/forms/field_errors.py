"""Which field of a form an error is about."""

import re

from mockstytch.console.forms.form import Form
from mockstytch.errors import StytchError

_PATH = re.compile(r"`\$\.?([^`]*)`$")  # at the end of an error of msgspec: at `$.user_lock.threshold`


def refused_field(form: Form, error: StytchError) -> str:
    """Return the name of the field, without its type; "" if the error doesn't tell.

    An error tells the field by its path in the body, by the field's name at the beginning of the reason, or by the name
    in the type of the error, or by the value in the reason. If only one field was changed, it must be that one.
    """
    names = [name.partition(":")[0] for name in form.typed]
    because = error.because or ""
    if path := _PATH.search(because):
        parts = re.sub(r"\[[^]]*\]", "", path[1])
        found = [n for n in names if parts == n or parts.endswith("." + n) or parts.startswith(n + ".")]
    else:
        found = [n for n in names if re.match(rf"{re.escape(n)}\b", because)]
        found = found or [n for n in names if n.rpartition(".")[2] in error.kind.error_type]
        found = found or [name.partition(":")[0] for name, text in form.typed.items() if text and repr(text) in because]
        found = found or [n for n in names if re.search(rf"\b{re.escape(n)}\b", because)]
    if found:
        return max(found, key=len)
    changed = [name for name in form.changed() if name in form.was]
    return changed[0].partition(":")[0] if len(changed) == 1 else ""
