"""Documents of every format that servers have written. See ``mockstytch.snapshots.formats``."""

import json
from pathlib import Path

import pytest

from mockstytch import MockStytch
from mockstytch.snapshots import formats
from mockstytch.store.copying.copies import copied_records

FILES = Path(__file__).with_name("formats")
NUMBERS = range(1, formats.CURRENT + 1)


def stored(number):
    return json.loads((FILES / f"{number}.json").read_text(encoding="utf-8"))


def test_there_is_a_document_of_each_format():
    assert sorted(path.stem for path in FILES.iterdir()) == sorted(map(str, NUMBERS))


@pytest.mark.parametrize("number", NUMBERS)
def test_document_is_imported(number):
    document = stored(number)
    assert document["format"] == f"mockstytch/{number}"
    with MockStytch() as mock:
        mock.import_(document)
        assert mock.client().organizations.get("acme").organization.organization_name == "Acme"
        assert mock.client().sessions.get_jwks(mock.project_id).keys
        exported = mock.export()
        mock.import_(exported)
        assert mock.export() == exported


def test_export_still_has_what_the_document_of_its_format_has():
    """Otherwise, the format has changed, and needs a new number."""
    document = stored(formats.CURRENT)
    with MockStytch() as mock:
        mock.import_(document)
        exported = mock.export()
    assert contained(document["project"], exported["project"])
    for table, rows in document["tables"].items():
        assert contained(rows, exported["tables"][table]), table


def contained(part, whole):
    """Whether a value has everything that another one has; it may have further keys."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and contained(part[key], whole[key]) for key in part)
    if isinstance(part, list):
        return len(part) == len(whole) and all(map(contained, part, whole))
    return part == whole


def test_document_of_this_format_has_every_table_of_its_time():
    assert set(stored(formats.CURRENT)["tables"]) <= {record.table.name for record in copied_records()}
