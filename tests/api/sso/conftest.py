"""Fixtures of the SSO tests."""

import pytest

from tests.api.sso_visits import SsoVisit


@pytest.fixture
def acme(given):
    return given.organization(organization_slug="acme")


@pytest.fixture
def acme_id(acme):
    return acme.organization_id


@pytest.fixture
def visit(mock):
    visit = SsoVisit(mock)
    yield visit
    visit.http.close()
