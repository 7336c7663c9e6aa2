"""Operate a component of the Admin Portal in a page, as a person does."""

import re
from typing import Any

import pytest

# Without animations, a click can't hit what is still moving.
_STILL = "*, ::before, ::after { transition: none !important; animation: none !important }"


class Portal:
    """One component of the Admin Portal.

    Attributes:
        page: the page that shows it.
    """

    def __init__(self, page: Any) -> None:
        self.page = page
        page.add_style_tag(content=_STILL)

    def section(self, title: str) -> Any:
        """Return the box with this title."""
        return self.page.get_by_role("heading", name=title, level=3, exact=True).locator("xpath=../..")

    def edit(self, title: str) -> Any:
        """Click "Edit" in a section, and return the section."""
        section = self.section(title)
        self.click("Edit", section)
        return section

    def save(self, title: str) -> None:
        """Click "Save" in a section, confirm, and wait until the server has accepted the changes."""
        self.try_to_save(title)
        self.section(title).get_by_role("button", name="Edit", exact=True).wait_for()

    def try_to_save(self, title: str) -> None:
        """Click "Save" in a section, and confirm."""
        self.click("Save", self.section(title))
        self.confirm("Save changes?", "Save changes")

    def confirm(self, title: str, button: str) -> None:
        """Click a button of a dialog, and wait until the dialog is closed."""
        dialog = self.dialog(title)
        self.click(button, dialog)
        dialog.wait_for(state="hidden")

    def dialog(self, title: str) -> Any:
        """Return the dialog with this title."""
        return self.page.get_by_role("dialog", name=title)

    def click(self, button: str, inside: Any = None) -> None:
        (inside or self.page).get_by_role("button", name=button, exact=True).click()

    def switch(self, label: str, inside: Any = None) -> Any:
        """Return a switch or a checkbox."""
        return (inside or self.page).get_by_role("checkbox", name=label)

    def check(self, label: str, inside: Any = None, role: str = "checkbox") -> None:
        """Turn on a switch, a checkbox or, with the role ``radio``, a radio button."""
        self._turn(label, True, inside, role)

    def uncheck(self, label: str, inside: Any = None) -> None:
        """Turn off a switch or a checkbox."""
        self._turn(label, False, inside, "checkbox")

    def _turn(self, label: str, on: bool, inside: Any, role: str) -> None:
        (inside or self.page).get_by_role(role, name=label).click()
        (inside or self.page).get_by_role(role, name=label, checked=on).wait_for()

    def open_steps(self) -> None:
        """Show the text of each step of a wizard."""
        for step in self.page.locator(".MuiAccordionSummary-root").all():
            if step.get_attribute("aria-expanded") == "false":
                step.click()

    def fill(self, label: str, text: str, inside: Any = None) -> None:
        (inside or self.page).get_by_label(label, exact=True).fill(text)

    def choose(self, field: Any, *options: str) -> None:
        """Open a list, and choose its options."""
        for option in options:
            field.click()
            name = re.compile(rf"^{re.escape(option)}( |$)")  # a description can follow
            box = self.page.get_by_role("listbox")
            box.get_by_role("option", name=name).or_(box.get_by_role("menuitem", name=name)).click()
            box.wait_for(state="hidden")

    def row(self, text: str) -> Any:
        """Return the row of a table that has this text."""
        return self.page.get_by_role("row").filter(has_text=text)

    def rows(self, count: int | None = None) -> list[str]:
        """Return the text in the first column of the page's tables.

        Args:
            count: wait until there are so many rows. The page can show their number before the rows themselves.
        """
        if count is not None:
            sync_api = pytest.importorskip("playwright.sync_api")
            sync_api.expect(self.page.locator("tbody tr")).to_have_count(count, timeout=30_000)
        return [row.split("\t")[0].strip() for row in self.page.locator("tbody tr").all_inner_texts()]

    def actions(self, row: str) -> list[str]:
        """Return the actions in the menu of a table's row."""
        self.click("actions", self.row(row))
        self.page.get_by_role("menuitem").first.wait_for()
        found = self.page.get_by_role("menuitem").all_inner_texts()
        self.page.keyboard.press("Escape")
        self.page.get_by_role("menu").wait_for(state="hidden")
        return list(found)

    def act(self, row: str, action: str) -> None:
        """Choose an action in the menu of a table's row."""
        self.click("actions", self.row(row))
        self.page.get_by_role("menuitem", name=action).click()

    def filter(self, column: str, *items: str) -> None:
        """Toggle items in the filter of a table's column."""
        self.click("actions", self.page.get_by_role("columnheader", name=column))
        for item in items:
            self.page.get_by_role("menuitem", name=item, exact=True).click()
        self.page.keyboard.press("Escape")
        self.page.get_by_role("menu").wait_for(state="hidden")

    def message(self) -> str:
        """Return the message at the bottom of the page, when it appears, and close it."""
        box = self.page.locator(".MuiSnackbar-root")
        text = str(box.inner_text())
        box.locator("button").click()
        box.wait_for(state="hidden")
        return text.strip()

    def shows(self, text: str) -> None:
        """Wait until the page shows a text."""
        self.page.get_by_text(text).first.wait_for()

    def buttons(self, inside: Any = None) -> list[str]:
        """Return the names of the buttons that have one."""
        return [name for name in (inside or self.page).get_by_role("button").all_inner_texts() if name]
