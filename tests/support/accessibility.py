"""Check pages with axe-core in Chromium, at desktop and phone size, in light and dark."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.node_packages import installed

_PACKAGES = Path(__file__).parent.parent / "accessibility" / "node"
_SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
_RUN = """
async (without) => {
  for (const details of document.querySelectorAll("details")) details.open = true;
  const context = { include: [["html"]], exclude: without.map((selector) => [selector]) };
  const options = { iframes: false, preload: false, resultTypes: ["violations"] };
  const { violations } = await axe.run(context, options);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} · ${node.failureSummary}`));
}
"""

Violations = Callable[..., dict[str, list[str]]]


@pytest.fixture(scope="session")
def axe(node_cache: Path) -> str:
    """The script of axe-core."""
    return (installed(_PACKAGES, node_cache) / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def violations(axe: str) -> Violations:
    """What axe-core finds on the page that is open, by size and color scheme: ``violations(page) == {}``.

    Everything that can be opened is opened before. ``without`` are selectors of parts that aren't ours.
    """

    def check(page: Any, without: tuple[str, ...] = ()) -> dict[str, list[str]]:
        page.evaluate(axe + "; undefined")
        found = {}
        for name, size in _SIZES.items():
            for scheme in ("light", "dark"):
                page.set_viewport_size(size)
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                if problems := page.evaluate(_RUN, list(without)):
                    found[f"{name} {scheme}"] = problems
        return found

    return check
