"""Statements with more parameters than PostgreSQL's protocol allows."""

import pytest

from mockstytch.store.postgresql import connection

pytestmark = pytest.mark.xdist_group("postgresql")  # one worker, because each would start a cluster


@pytest.mark.parametrize("maximum", [65_535, 10])
def test_search_for_many_values_finds_them(server, monkeypatch, maximum):
    """Compiling a statement with 65,536 parameters takes seconds, so the limit is lowered instead."""
    monkeypatch.setattr(connection, "_MAX_PARAMETERS", maximum)
    client = server.client()
    created = client.organizations.create("O'Acme 100%", "acme").organization.organization_id
    ids = [created, *(f"organization-test-{number}" for number in range(50))]
    query = {"operator": "OR", "operands": [{"filter_name": "organization_ids", "filter_value": ids}]}
    names = {"operator": "OR", "operands": [{"filter_name": "organization_name_fuzzy", "filter_value": "o'acme 100%"}]}
    for each in (query, names):
        found = client.organizations.search(query=each).organizations
        assert [organization.organization_slug for organization in found] == ["acme"]
