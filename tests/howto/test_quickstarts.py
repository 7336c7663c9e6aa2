"""The pages about frameworks in other languages show files of the quickstart apps, and a test of each, which runs."""

import re
from typing import NamedTuple

import pytest

from tests.apps.quickstarts.apps import APPS, HERE, RUBY
from tests.howto.app_files import HOW_TO
from tests.support import toolchains

_FILE = re.compile(r"^```\w+\n(?://|#) (\S+\.\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_REST = re.compile(r"^ *(?://|#) …\n", re.MULTILINE)


class Page(NamedTuple):
    """
    Attributes:
        page: its name.
        app: the folder of the app whose files it shows.
        test: the file with the test.
        command: runs the test.
        output: what the command prints if the test passes.
    """

    page: str
    app: str
    test: str
    command: tuple[str, ...]
    output: str

    def __str__(self) -> str:
        return self.page

    @property
    def files(self) -> dict[str, str]:
        """The files that the page shows, by path. A line with `…` is in the place of what it leaves out."""
        text = (HOW_TO / f"{self.page}.md").read_text(encoding="utf-8")
        return {match[1]: match[2] for match in _FILE.finditer(text)}


PAGES = (
    Page(
        page="rails",
        app="rails",
        test="test/integration/login_test.rb",
        command=(*RUBY, "-I", "test", "test/integration/login_test.rb"),
        output="1 runs, 3 assertions, 0 failures, 0 errors, 0 skips",
    ),
    Page(
        page="spring",
        app="spring",
        test="src/test/java/app/LoginTest.java",
        command=("mvn", "--batch-mode", "test", "-Dtest=LoginTest", "-DargLine=-XX:TieredStopAtLevel=1"),
        output="Tests run: 1, Failures: 0, Errors: 0, Skipped: 0",
    ),
)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_page_shows_the_files_of_the_app(page):
    files = page.files
    assert page.test in files
    for path, shown in files.items():
        position, text = 0, (HERE / page.app / path).read_text(encoding="utf-8")
        for part in _REST.split(shown):
            position = text.find(part.strip("\n"), position)
            assert position >= 0, f"{path} doesn't have this, or not in this order:\n{part}"
        assert _REST.search(shown) or shown == text, path


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [pytest.param(p, marks=pytest.mark.xdist_group(f"app {p.app}")) for p in PAGES], ids=str
)
def test_page_has_a_test_that_passes(page, mockstytch_server, node_cache):
    [app] = [app for app in APPS if app.folder == page.app]
    lock = node_cache / f"app-{page.app}-test.lock"
    done = toolchains.run(page.command, app.prepared(node_cache), lock, STYTCH_ENV=mockstytch_server.url)
    assert done.returncode == 0, done.stdout
    assert page.output in done.stdout
