"""A planted report changes the catalogue of errors and the page of fidelity, as a diff."""

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mockstytch.parity.reports.files import FORMAT, Report, ReportedDifference, ReportedError, ReportedProbe
from tools import parity_apply

DOCS = "https://stytch.com/docs"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the files that a report changes. Two lines of them are made up."""
    shutil.copytree(parity_apply.ROOT / "mockstytch" / "errors", tmp_path / "mockstytch" / "errors")
    (tmp_path / "mockstytch" / "errors" / "planted.py").write_text(
        "from mockstytch.errors.kinds import shared\n\n# fmt: off\n"
        'planted = shared(400, "planted", "A \\"guess\\".")\n'
        'known = shared(404, "known", "Known.", "S")\n'
        'ours = shared(501, "ours", "Ours.", "M")\n'
    )
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "fidelity.md").write_text(
        "# Fidelity\n\n## Members\n\n| what mockstytch does | confidence | source | code |\n|---|---|---|---|\n"
        "| A new member is active | low | | `a.py` |\n"
        "| A deleted member is kept | medium | a guess | `b.py` |\n"
    )
    return tmp_path


def _error(error_type: str, status: int, message: str, family: str = "api") -> ReportedError:
    url = f"{DOCS}/{family}/errors/{status}#{error_type}"
    return ReportedError(error_type=error_type, status=status, message=message, url=url, probes=("a probe",))


def _probe(*differences: ReportedDifference, fidelity: tuple[str, ...] = (), expects: str = "") -> ReportedProbe:
    return ReportedProbe(
        name="members.create: one",
        area="members",
        operation="members.create",
        expects=expects,
        fidelity=fidelity,
        differences=differences,
    )


def _difference(**fields: Any) -> ReportedDifference:
    return ReportedDifference(**{"call": 1, "operation": "members.create", "target": 1, "local": 2, **fields})


def _report(*, errors: tuple[ReportedError, ...] = (), probes: tuple[ReportedProbe, ...] = ()) -> Report:
    return Report(format=FORMAT, version="1", target="test.stytch.com", date="2026-12-01", probes=probes, errors=errors)


def _lines(found: parity_apply.Changes, checkout: Path) -> list[str]:
    """Return the changed lines of the diff, without the names of the files."""
    lines = parity_apply.diff(found, checkout).splitlines()
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_a_confirmed_error_gets_the_letter_d(checkout: Path) -> None:
    found = parity_apply.changes(_report(errors=(_error("known", 404, "Known."),)), checkout)
    assert _lines(found, checkout) == [
        '-known = shared(404, "known", "Known.", "S")',
        '+known = shared(404, "known", "Known.", "D")',
    ]
    assert found.notes == []


def test_status_message_and_page_are_corrected(checkout: Path) -> None:
    found = parity_apply.changes(_report(errors=(_error("planted", 409, 'It is "so".', "b2b/api"),)), checkout)
    assert _lines(found, checkout) == [
        '-planted = shared(400, "planted", "A \\"guess\\".")',
        '+planted = b2b(409, "planted", "It is \\"so\\".", "D")',
    ]
    assert found.notes == ["planted: import b2b in planted.py, if it isn't imported yet"]


def test_a_message_that_quotes_the_request_is_left_to_the_reader(checkout: Path) -> None:
    found = parity_apply.changes(_report(errors=(_error("planted", 400, "No <organization-test-uuid4>."),)), checkout)
    assert _lines(found, checkout)[1] == '+planted = shared(400, "planted", "A \\"guess\\".", "D")'
    assert found.notes[0].startswith("planted: compare the messages; real: 400 'No <organization-test-uuid4>.'")


def test_an_error_of_ours_keeps_its_letter(checkout: Path) -> None:
    found = parity_apply.changes(_report(errors=(_error("ours", 501, "Ours."),)), checkout)
    assert found.files == {}
    assert found.notes == ["ours: the real API has it, too; choose its letter"]


def test_several_statuses_of_one_error_are_left_to_the_reader(checkout: Path) -> None:
    errors = (_error("known", 404, "Known."), _error("known", 400, "Known."))
    found = parity_apply.changes(_report(errors=errors), checkout)
    assert found.files == {}
    assert found.notes[0].startswith("known: it has several statuses")


def test_an_unknown_error_is_left_to_the_reader(checkout: Path) -> None:
    found = parity_apply.changes(_report(errors=(_error("brand_new", 400, "New."),)), checkout)
    assert found.notes == [
        "brand_new: isn't in the catalogue as one line; real: 400 'New.', "
        "https://stytch.com/docs/api/errors/400#brand_new (a probe)"
    ]


def test_a_confirmed_statement_gets_the_confidence_high(checkout: Path) -> None:
    found = parity_apply.changes(_report(probes=(_probe(fidelity=("A new member is active",)),)), checkout)
    assert _lines(found, checkout) == [
        "-| A new member is active | low | | `a.py` |",
        "+| A new member is active | high | `mockstytch parity` on 2026-12-01 | `a.py` |",
    ]


def test_a_refuted_statement_gets_the_confidence_differs(checkout: Path) -> None:
    probe = _probe(_difference(path="body.status", kind="value"), fidelity=("A deleted member",))
    found = parity_apply.changes(_report(probes=(probe,)), checkout)
    assert _lines(found, checkout) == [
        "-| A deleted member is kept | medium | a guess | `b.py` |",
        "+| A deleted member is kept | differs | a guess; `mockstytch parity` on 2026-12-01: "
        "refuted by *members.create: one* | `b.py` |",
    ]
    assert found.notes == ["members.create: one: value at body.status: real 1, ours 2"]


def test_a_statement_that_isnt_on_the_page_is_a_note(checkout: Path) -> None:
    found = parity_apply.changes(_report(probes=(_probe(fidelity=("Nothing",)),)), checkout)
    assert found.notes == ["docs/fidelity.md: 0 statements begin with 'Nothing'"]


def test_other_differences_are_notes_unless_the_catalogue_shows_them(checkout: Path) -> None:
    probe = _probe(
        _difference(path="status", kind="status"),
        _difference(path="body.member.zone", kind="key", target="<absent>", local="eu"),
        expects="known",
    )
    found = parity_apply.changes(_report(errors=(_error("known", 404, "Known."),), probes=(probe,)), checkout)
    assert found.notes == ["members.create: one: key at body.member.zone: real '<absent>', ours 'eu'"]


def test_a_second_application_changes_nothing(checkout: Path) -> None:
    report = _report(errors=(_error("known", 404, "Known."),), probes=(_probe(fidelity=("A new member is active",)),))
    for path, text in parity_apply.changes(report, checkout).files.items():
        path.write_text(text)
    assert parity_apply.changes(report, checkout).files == {}


def test_the_command_prints_the_diff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(msgspec.json.encode(_report(errors=(_error("brand_new", 400, "New."),))))
    assert parity_apply.main([str(file)]) == 0
    assert capsys.readouterr().out.startswith("by hand: brand_new:")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{}", "isn't a report"),
        (
            msgspec.json.encode(msgspec.structs.replace(_report(), target="another server")),
            "is a mockstytch-parity/1 report about another server",
        ),
    ],
)
def test_another_file_is_refused(
    content: bytes, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(content)
    assert parity_apply.main([str(file)]) == 1
    assert problem in capsys.readouterr().err
