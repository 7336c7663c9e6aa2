"""What a page has that a visitor without a real browser needs: its forms and its texts."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form of a page: where it goes, what it carries, and the words in it."""

    id: str
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    text: str = ""


class Page(HTMLParser):
    """A page's forms, and the text of each element that has an id."""

    _VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("id", ""), given.get("action", ""), given.get("method", "get").lower()))
        elif tag == "input" and self._within("form"):
            self.forms[-1].fields[given.get("name", "")] = given.get("value", "")
        if tag not in self._VOID:
            self._open.append((tag, given.get("id", "")))
            self.texts.setdefault(given.get("id", ""), "")

    def handle_endtag(self, tag: str) -> None:
        while self._within(tag) and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        for _, id in self._open:
            self.texts[id] += data
        if self._within("form"):
            self.forms[-1].text += data

    def _within(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._open)
