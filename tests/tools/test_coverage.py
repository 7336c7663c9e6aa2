"""The coverage matrix."""

import pytest

from tools import coverage

NOTHING = {}


def test_unknown_module_is_refused():
    with pytest.raises(ValueError, match=r"Add these to a feature in tools/coverage\.py: \['new_module'\]"):
        coverage.rows({"new_module": 1}, NOTHING, 0)


def test_unknown_area_of_fidelity_is_refused(monkeypatch):
    monkeypatch.setattr(coverage, "FEATURES", coverage.FEATURES[1:])
    with pytest.raises(ValueError, match="Magic links and redirect URLs"):
        coverage.rows(NOTHING, NOTHING, 0)


def test_totals_are_the_sums_of_the_columns():
    *features, totals = coverage.rows({"scim": 3, "m2m": 4}, {"scim": 2}, 60)
    assert totals[1:3] == ("**67**", "**2**")
    assert sum(int(row[3] or 0) for row in features) == int(totals[3].strip("*"))
