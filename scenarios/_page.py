"""The forms and texts of an HTML page, for browsing without a real browser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form of a page, with its fields and its text."""

    id: str
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    text: str = ""


class Page(HTMLParser):
    """A parsed page: its forms, and the text of each element that has an id."""

    _VOID_TAGS = frozenset({"br", "hr", "img", "input", "link", "meta"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.texts: dict[str, str] = {}
        self._open_tags: list[tuple[str, str]] = []  # tag and id
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        id = attributes.get("id", "")
        if tag == "form":
            self.forms.append(Form(id, attributes.get("action", ""), attributes.get("method", "get").lower()))
        elif tag == "input" and self._is_inside("form"):
            self.forms[-1].fields[attributes.get("name", "")] = attributes.get("value", "")
        if tag not in self._VOID_TAGS:
            self._open_tags.append((tag, id))
            self.texts.setdefault(id, "")

    def handle_endtag(self, tag: str) -> None:
        while self._is_inside(tag) and self._open_tags.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, id in self._open_tags:
            self.texts[id] += data
        if self._is_inside("form"):
            self.forms[-1].text += data

    def _is_inside(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open_tags)
