"""Build the documentation site: ``python -m tools.docs_site``, or ``make docs-site``.

The site has the same pages as the repository, in the same folders, so their links need no change. The README is the
first page. The navigation is made from the tables in ``docs/index.md``. The build is strict: a broken link stops it.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
_PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "docs")
_ROW = re.compile(r"^\|(.*)\|$", re.MULTILINE)
_ANY_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+\.md)\)")


def main() -> int:
    """Build the site in ``build/docs-site/site``, and print its path."""
    try:
        site = build(ROOT / "build" / "docs-site")
    except subprocess.CalledProcessError:
        sys.stderr.write("The site isn't built: correct the links above.\n")
        return 1
    pages = sum(1 for _ in site.rglob("*.html"))
    sys.stdout.write(f"{pages} pages are in {site.relative_to(ROOT)}. Open {site / 'index.html'} in a browser.\n")
    return 0


def build(folder: Path) -> Path:
    """Build the site in a folder, and return the folder of its pages.

    Raises:
        CalledProcessError: if a link is broken.
    """
    shutil.rmtree(folder, ignore_errors=True)
    pages = folder / "pages"
    pages.mkdir(parents=True)
    for name in _PAGES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, pages / name)
    for page in pages.rglob("*.md"):
        page.write_text(_without_links_to_code(page, pages), encoding="utf-8")
    config = folder / "mkdocs.yml"
    settings = {
        "INHERIT": os.path.relpath(ROOT / "mkdocs.yml", folder),
        "docs_dir": "pages",
        "site_dir": "site",
        "use_directory_urls": False,  # the pages also work from the file system
        "nav": navigation(pages),
    }
    config.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    # The theme's advertisement for its successor would hide what is important.
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(config)]
    subprocess.run(command, check=True, env=environment)  # noqa: S603 · a fixed command
    return folder / "site"


def _without_links_to_code(page: Path, pages: Path) -> str:
    """Return a page's text. Links to files and folders of the repository that aren't on the site become plain text."""

    def replace(link: re.Match[str]) -> str:
        target = os.path.normpath(page.relative_to(pages).parent / link[2].partition("#")[0])
        return link[1] if (ROOT / target).exists() and not (pages / target).exists() else link[0]

    return _ANY_LINK.sub(replace, page.read_text(encoding="utf-8"))


def navigation(pages: Path) -> list[object]:
    """Return the entries of the navigation: the README, the sections of ``docs/index.md``, and what they don't list.

    A page is listed once, in the first section that has it.
    """
    listed = {"README.md", "docs/index.md"}
    entries: list[object] = [{"mockstytch": "README.md"}, {"All pages": "docs/index.md"}]
    index = (pages / "docs" / "index.md").read_text(encoding="utf-8")
    for section in index.split("\n## ")[1:]:
        title, _, text = section.partition("\n")
        links = []
        for name, path in _links(text):
            if path not in listed:
                links.append({name: path})
                listed.add(path)
        entries.append({title: links})
    rest = sorted({path.relative_to(pages).as_posix() for path in pages.rglob("*.md")} - listed)
    decisions = [path for path in rest if path.startswith("docs/decisions/")]
    return [*entries, {"More": [path for path in rest if path not in decisions]}, {"Each decision": decisions}]


def _links(text: str) -> Iterator[tuple[str, str]]:
    """Find the links to pages in a section's tables, with paths from the top folder."""
    for row in _ROW.findall(text):
        for name, target in _LINK.findall(row):
            yield name, os.path.normpath(f"docs/{target}")


if __name__ == "__main__":
    sys.exit(main())
