"""Fill in and submit the forms of a page, as a browser without scripts does."""

from html.parser import HTMLParser
from typing import Any

import httpx

_VOID = ("input", "meta", "link", "br")


class Forms(HTMLParser):
    """The forms of a page.

    Attributes:
        forms: the names and values of each, by the form's id, or by its action if it has no id.
        links: the address of each link, by its text.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, list[tuple[str, str]]] = {}
        self.links: dict[str, str] = {}
        self._form: list[tuple[str, str]] = []
        self._select = self._textarea = self._link = ""
        self._text: list[str] = []
        self._options: list[tuple[str | None, bool]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value if value is not None else "" for name, value in attributes}
        if tag == "form":
            self._form = self.forms[values.get("id") or values.get("action", "")] = []
        elif tag == "input" and (values.get("type") != "checkbox" or "checked" in values) and "name" in values:
            self._form.append((values["name"], values.get("value", "on")))
        elif tag == "select":
            self._select, self._options = values["name"], []
        elif tag == "option":
            self._text = []
            self._options.append((values.get("value"), "selected" in values))
        elif tag == "a":
            self._link, self._text = values.get("href", ""), []
        elif tag == "textarea":
            self._textarea, self._text = values["name"], []

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "option":
            value, is_selected = self._options[-1]
            self._options[-1] = ("".join(self._text).strip() if value is None else value, is_selected)
        elif tag == "select":
            chosen = [value for value, is_selected in self._options if is_selected] or [self._options[0][0]]
            self._form.append((self._select, str(chosen[-1])))
        elif tag == "a":
            self.links["".join(self._text).strip()] = self._link
        elif tag == "textarea":  # the parser of browsers drops the first line break
            self._form.append((self._textarea, "".join(self._text).removeprefix("\n")))


def submit(visitor: httpx.Client, path: str, form_id: str, /, **typed: str) -> httpx.Response:
    """Open a page, fill in one of its forms, and submit it. Redirects aren't followed.

    Args:
        typed: what to type, by the field's name without its type; None leaves a box unchecked.
    """
    page = visitor.get(path)
    forms = Forms(page.text).forms
    assert form_id in forms, f"{path} has the forms {sorted(forms)}"
    names = {name.partition(":")[0]: name for name, _ in forms[form_id] if "/" not in name}
    names |= {name[4:].partition(":")[0]: name[4:] for name, _ in forms[form_id] if name.startswith("was/")}
    replaced: dict[str, Any] = {names[name]: value for name, value in typed.items()}
    pairs = [(name, value) for name, value in forms[form_id] if name not in replaced]
    pairs += [(name, value) for name, value in replaced.items() if value is not None]
    origin = f"{page.request.url.scheme}://{page.request.url.netloc.decode()}"
    body = httpx.QueryParams(pairs)
    headers = {"origin": origin, "content-type": "application/x-www-form-urlencoded"}
    return visitor.post(path, content=str(body), headers=headers, follow_redirects=False)
