"""What empty lists and maps mean: every list and map of every operation is in one table, and behaves as it says."""

import pytest

from mockstytch import api
from mockstytch.empty_values import (
    BY_REQUEST,
    Empty,
    lists_and_maps,
    meaning,
    request_name,
    without_absent,
)
from mockstytch.management import operations as management
from mockstytch.surfaces.endpoint import endpoints_of

REQUESTS = {endpoint.request for endpoint in [*endpoints_of(api), *endpoints_of(management)]}
ROWS = sorted(
    ((model, name, kind) for model in REQUESTS for name, kind in lists_and_maps(model)),
    key=lambda row: (request_name(row[0]), row[1]),
)
IDS = [f"{request_name(model)}-{name}" for model, name, _ in ROWS]


def test_every_list_and_map_is_in_the_table():
    missing = [f"{request_name(model)}: {name}" for model, name, _ in ROWS if meaning(model, name) is None]
    assert missing == [], "say in mockstytch/empty_values.py what an empty value means"


def test_table_has_no_other_fields():
    known = {(request_name(model), name) for model, name, _ in ROWS}
    listed = {(request, name) for request, names in BY_REQUEST.items() for name in names}
    assert listed <= known


@pytest.mark.parametrize(("model", "name", "kind"), ROWS, ids=IDS)
def test_only_absent_values_are_removed_from_the_request(model, name, kind):
    kept = without_absent(model, {name: kind(), "other": []})
    assert kept == ({"other": []} if meaning(model, name) is Empty.ABSENT else {name: kind(), "other": []})
    full = {name: [1] if kind is list else {"a": 1}}
    assert without_absent(model, full) == full
    wrong_kind = {name: {} if kind is list else []}
    assert without_absent(model, wrong_kind) == wrong_kind
