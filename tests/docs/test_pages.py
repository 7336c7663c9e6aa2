"""The documentation's generated parts are current, and its links and names exist."""

import re

import pytest

import tools.docs
import tools.fidelity
from mockstytch.app import create_app
from tests.docs.blocks import BLOCK, PAGES, ROOT, read
from tests.support import postgresql


def test_generated_pages_are_up_to_date():
    names = [path.relative_to(ROOT).as_posix() for path in tools.docs.stale()]
    assert names == [], "run: make docs"


def test_every_generated_part_is_on_a_page():
    there = {name for path in tools.docs.pages() for name in re.findall(r"<!-- generated: ([\w-]+) -->", read(path))}
    assert there == set(tools.docs.BLOCKS)


def test_check_lists_outdated_pages(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(tools.docs, "ROOT", tmp_path)
    page = tmp_path / "README.md"
    page.write_text("<!-- generated: errors -->\nold\n<!-- end: errors -->\n", encoding="utf-8")
    assert tools.docs.main(["--check"]) == 1
    assert capsys.readouterr().err == "README.md is out of date. Run: make docs\n"
    assert tools.docs.main([]) == 0
    assert "organization_not_found" in read(page)
    assert tools.docs.main(["--check"]) == 0


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, in GitHub's form."""
    headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_have_existing_targets(path):
    text = BLOCK.sub("", read(path))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name).resolve() if name else path
        assert there.exists(), target
        assert there.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(read(there)), target


def test_every_page_is_linked():
    linked = {
        (path.parent / target.partition("#")[0]).resolve()
        for path in PAGES
        for target in re.findall(r"\]\(([^)\s]+\.md[^)\s]*)\)", read(path))
    }
    assert [page.name for page in PAGES[1:] if page not in linked] == []


def test_readme_has_the_questions_of_an_evaluation():
    """Each answer is one click away, or in the table itself."""
    table = read(ROOT / "README.md").partition("## Before you decide")[2].partition("\n## ")[0]
    linked = set(re.findall(r"\]\(([^)#]+)", table))
    assert {"LICENSE", "SECURITY.md", "CHANGELOG.md", "CONTRIBUTING.md"} <= linked
    pages = ("coverage", "fidelity", "gaps", "releasing", "comparison", "how-to/hand-written-mocks", "how-to/ci")
    assert {f"docs/{page}.md" for page in (*pages, "troubleshooting", "performance")} <= linked
    assert "telemetry" in table
    assert "support" in table


def test_named_files_exist():
    named = {name for path in PAGES for name in re.findall(r"`((?:mockstytch|tests|tools)/[\w/]+\.\w+)`", read(path))}
    assert len(named) > 20
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_control_api_page_has_a_section_for_every_route():
    routes = {(r.method, r.path) for r in create_app().table.routes if r.surface.name == "control"}
    sections = re.findall(
        r"^### `([A-Z]+) (/(?:_mock/api/\S+|llms\.txt))`$", read(ROOT / "docs/control-api.md"), re.MULTILINE
    )
    assert sorted(sections) == sorted(routes)


def test_named_environment_variables_exist():
    """The tables in command-line.md are generated from the commands, so they have all variables of the server."""
    known = set(re.findall(r"MOCKSTYTCH_[A-Z_]+", read(ROOT / "docs/command-line.md")))
    known |= set(re.findall(r"process\.env\.(MOCKSTYTCH_[A-Z_]+)", read(ROOT / "clients/js/src/server.ts")))
    known |= set(re.findall(r"MOCKSTYTCH_[A-Z_]+", read(ROOT / "benchmarks/comparison/install.py")))
    known.add(postgresql.VARIABLE)
    named = {name for path in PAGES for name in re.findall(r"MOCKSTYTCH_[A-Z_]+", read(path))}
    assert named == known


def test_error_types_on_the_page_about_refusals_exist():
    types = {kind.error_type for kind in tools.docs.errors.catalogue()}
    named = re.findall(r"^\| `(\w+)` \|", read(ROOT / "docs/how-to/test-refusals.md"), re.MULTILINE)
    assert len(named) > 5
    assert set(named) <= types


def test_every_error_in_the_catalogue_lists_its_operations():
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    unraised = [row[0] for row in rows if not row[-1].strip(" |")]
    assert unraised == ["| `oauth_config_not_found`"] or unraised == []
    raised = {row[0].strip("| `"): row[-1] for row in rows}
    assert "`magic_links.email.invite`" in raised["invalid_email_for_invites"]
    assert "`organizations.members.search`" in raised["member_search_missing_statuses"]
    assert "`organizations.search`" not in raised["member_search_missing_statuses"]
    assert raised["host_not_allowed"].startswith("the control API")


def test_numbers_of_error_types_agree():
    letters = re.findall(r"^\| [DSIM] \| .* \| (\d+) \|$", read(ROOT / "docs/fidelity.md"), re.MULTILINE)
    listed = re.findall(r"^\| `\w+` \| \d{3}(?:, \d{3})* \|", read(ROOT / "docs/errors.md"), re.MULTILINE)
    assert sum(map(int, letters)) == len(listed)
    assert f"{len(listed)} types." in read(ROOT / "docs/errors.md")


def test_types_that_are_never_returned_are_not_in_the_catalogue():
    fidelity, page = read(ROOT / "docs/fidelity-errors.md"), read(ROOT / "docs/errors.md")
    table = fidelity.partition("## Types that are never returned")[2].partition("\n## ")[0]
    gaps = {name for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    answered = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert len(gaps) > 20
    assert gaps & answered == set()


def test_every_statement_about_fidelity_has_a_confidence_and_its_code():
    areas = tools.fidelity.statements(read(ROOT / "docs/fidelity.md"))
    rows = [row for rows in areas.values() for row in rows]
    assert len(areas) > 15
    assert [row for row in rows if not row[0] or not row[3].startswith("`mockstytch/")] == []


def test_statement_with_unknown_confidence_is_refused():
    head = "| what mockstytch does | confidence | source | code |\n|---|---|---|---|\n"
    with pytest.raises(ValueError, match="likely"):
        tools.fidelity.statements(f"# Page\n\n## Area\n\n{head}| It does this | likely | | `mockstytch/ids.py` |\n")
