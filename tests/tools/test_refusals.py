"""The errors of each operation, which ``docs/errors.md`` lists."""

import pytest

from mockstytch import errors
from mockstytch.app import endpoints
from mockstytch.domain.organizations import organization_search
from mockstytch.oauth_server import operations as oauth_operations
from tests.tools.returned_errors import every_endpoint
from tools import error_tables, impossible, refusals

ENDPOINTS = {endpoint.name: endpoint for endpoint in endpoints()}

# Wrong entries that the page had, checked by hand against the code. Most came from a variable with the name of a
# function (``member``, ``organization``, ``claims``), the others from errors that are caught or fields that can't fail.
FALSE_ENTRIES = {
    "connected_apps.create": ("jwt_template_invalid_json", "jwt_template_invalid_tag", "jwt_template_mismatched_tag"),
    "connected_apps.update": ("jwt_template_invalid_json", "jwt_template_invalid_tag", "jwt_template_mismatched_tag"),
    "discovery.exchange": ("member_does_not_exist_in_organization", "member_not_found"),
    "discovery.list": (
        "invalid_organization_id",
        "member_does_not_exist_in_organization",
        "member_not_found",
        "organization_not_found",
    ),
    "magic_links.login_or_signup": ("member_does_not_exist_in_organization", "member_not_found"),
    "magic_links.invite": ("invalid_discovery_redirect_url",),
    "magic_links.authenticate": (
        "desired_email_updating_for_different_member",
        "duplicate_member_email",
        "invalid_organization_id",
        "member_does_not_exist_in_organization",
        "member_not_found",
        "organization_not_found",
        "retired_member_email",
    ),
    "magic_links_discovery.authenticate": (
        "invalid_organization_id",
        "member_does_not_exist_in_organization",
        "member_not_found",
        "organization_not_found",
    ),
    "members.dangerously_get": (
        "invalid_organization_id",
        "member_does_not_exist_in_organization",
        "organization_not_found",
    ),
    "members.update": ("cross_org_passwords_not_enabled",),
    "members.reactivate": ("member_does_not_exist_in_organization", "member_not_found"),
    "members.delete_mfa_phone_number": ("invalid_phone_number",),
    "members.delete_password": ("cannot_update_trusted_metadata", "cross_org_passwords_not_enabled"),
    "members.search": ("invalid_member_get_fields", "member_does_not_exist_in_organization", "member_not_found"),
    "oauth.authenticate": (
        "invalid_organization_id",
        "member_does_not_exist_in_organization",
        "member_not_found",
        "organization_not_found",
    ),
    "oauth.discovery_authenticate": (
        "invalid_organization_id",
        "member_does_not_exist_in_organization",
        "member_not_found",
        "organization_not_found",
    ),
    "operations.token": ("m2m_client_not_found",),
    "operations.register": (
        "connected_app_invalid_redirect_url",
        "connected_app_redirect_url_http_scheme_must_use_loopback",
        "connected_app_redirect_url_must_include_scheme",
        "connected_app_redirect_url_must_use_http_or_https_scheme",
        "idp_invalid_access_token_custom_audience",
        "idp_invalid_access_token_jwt_template",
        "jwt_template_invalid_json",
        "jwt_template_invalid_tag",
        "jwt_template_mismatched_tag",
        "third_party_clients_cannot_use_full_access",
        "third_party_clients_require_consent_for_offline_access",
    ),
    "organizations.search": ("invalid_organization_id", "organization_not_found"),
    "otp_email.login_or_signup": ("member_does_not_exist_in_organization", "member_not_found"),
    "otp_email.authenticate": (
        "desired_email_updating_for_different_member",
        "duplicate_member_email",
        "retired_member_email",
    ),
    "otp_email.discovery_authenticate": (
        "invalid_organization_id",
        "member_does_not_exist_in_organization",
        "member_not_found",
        "organization_not_found",
        "user_lock_limit_reached",
    ),
    "passwords.authenticate": ("member_does_not_exist_in_organization",),
    "passwords.email_reset_start": ("member_does_not_exist_in_organization", "member_not_found"),
    "passwords.existing_password_reset": ("member_does_not_exist_in_organization",),
    "passwords.require_reset": ("cross_org_passwords_enabled",),
    "passwords.migrate": ("member_does_not_exist_in_organization", "member_not_found"),
    "passwords_discovery.authenticate": (
        "cross_org_passwords_enabled",
        "invalid_organization_id",
        "member_does_not_exist_in_organization",
        "member_not_found",
        "organization_not_found",
    ),
    "passwords_discovery.email_reset_start": ("cross_org_passwords_enabled",),
    "passwords_discovery.email_reset": (
        "cross_org_passwords_enabled",
        "invalid_organization_id",
        "member_does_not_exist_in_organization",
        "member_not_found",
        "organization_not_found",
    ),
    "sessions.authenticate": ("member_does_not_exist_in_organization", "member_not_found"),
    "sessions.exchange": ("member_does_not_exist_in_organization",),
    "sessions_attest.attest": ("member_does_not_exist_in_organization",),
    "sessions_migrate.migrate": ("member_does_not_exist_in_organization", "member_not_found"),
    "sso.authenticate": (
        "invalid_organization_id",
        "member_does_not_exist_in_organization",
        "member_not_found",
        "metadata_too_large",
        "metadata_too_many_keys",
        "organization_not_found",
    ),
}


@pytest.mark.parametrize("name", FALSE_ENTRIES)
def test_false_entry_stays_away(name):
    assert refusals.of(ENDPOINTS[name]) & set(FALSE_ENTRIES[name]) == set()


def test_operation_lists_the_errors_of_its_code_fields_and_permission():
    delete = refusals.of(ENDPOINTS["organizations.delete_external_id"])
    assert {"invalid_organization_id", "organization_not_found", "session_authorization_error"} <= delete
    assert not {error_type for error_type in delete if "redirect" in error_type or "member" in error_type}
    send = refusals.of(ENDPOINTS["magic_links_discovery.send"])
    assert {"invalid_email", "invalid_locale", "no_discovery_redirect_urls_set", "email_template_not_found"} <= send
    assert not {error_type for error_type in send if "login" in error_type or "authorization" in error_type}


def test_search_lists_the_errors_of_its_filters():
    raised = refusals.of(ENDPOINTS["members.search"])
    assert {"member_search_missing_statuses", "member_search_missing_member_roles"} <= raised
    assert not {error_type for error_type in raised if error_type.startswith("organization_search")}
    boolean = any(filter_.kind == "boolean" for filter_ in organization_search.FILTERS.values())
    assert ("organization_search_expected_boolean" in refusals.of(ENDPOINTS["organizations.search"])) == boolean


def test_every_operation_can_be_analyzed():
    found = [refusals.of(endpoint) for endpoint in every_endpoint()]
    assert sum(map(len, found)) > 1000


# Errors that no request can get


def test_every_rule_is_needed():
    """A rule that excludes nothing is out of date: delete it."""
    used = set()
    for endpoint in every_endpoint():
        used |= {rule for _, rule in impossible.exclusions(endpoint, refusals.named_by(endpoint))}
    rules = {*impossible.ABOUT_FIELDS, *impossible.ONLY_IN, *(f"{name}: {e}" for name, e in impossible.NOT_IN)}
    assert rules - used == set()


def test_operations_in_rules_exist():
    known = {endpoint.name for endpoint in every_endpoint()}
    named = {name for names, _ in impossible.ONLY_IN.values() for name in names}
    named |= {name for name, _ in (*impossible.NOT_IN, *impossible.NOT_RAISING)}
    assert named - known == set()


@pytest.mark.parametrize(("name", "function"), impossible.NOT_RAISING)
def test_function_that_raises_nothing_is_called(name, function):
    operation = ENDPOINTS[name].operation
    start = refusals.Call(refusals.Function(operation.__module__, operation.__name__))
    called = {call.function for call in refusals.CODE.reached(start)}
    assert refusals.Function(*function.rsplit(".", 1)) in called


# The page


def test_every_error_is_under_one_heading():
    areas = error_tables.headings()
    listed = [error_type for groups in areas.values() for types in groups.values() for error_type in types]
    assert sorted(listed) == [kind.error_type for kind in errors.catalogue()]
    assert "" not in {heading for groups in areas.values() for heading in groups}


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        ([], ""),
        (["if the slug is taken"], "Returned if the slug is taken."),
        (["if the slug is taken", "if it is empty"], "Returned if the slug is taken, or if it is empty."),
        (["if ``a`` is 1", "if it, too, is", "if no"], "Returned if `a` is 1; if it, too, is; or if no."),
    ],
)
def test_clauses_become_one_sentence(clauses, expected):
    assert error_tables.sentence(clauses) == expected


# Docstrings

DOCSTRING = """Do something.

Args:
    x: a number.

Raises:
    one: if x is 1.
    two, three: if x is 2
        or 3.
    four,
        five: if x is more.
    no_<type>_url, invalid_…: if x is less.

Returns:
    nothing: if that is possible.
"""


def test_entries_of_raises():
    assert refusals.entries(DOCSTRING) == [
        (("one",), "if x is 1"),
        (("two", "three"), "if x is 2 or 3"),
        (("four", "five"), "if x is more"),
        (("no_<type>_url", "invalid_…"), "if x is less"),
    ]
    assert refusals.entries("Do something.") == []


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("if it is so", "if it is so"),
        ("the member is locked", "if the member is locked"),
        ("it doesn't", ""),
        ("see ``check``", ""),
        ("a template", ""),
        ("the hash, or what its configuration says, can't be", ""),
    ],
)
def test_only_full_clauses_are_used(text, clause):
    assert refusals.as_clause(text) == clause


def test_pattern_in_raises_matches_the_errors_of_that_function():
    clauses = refusals.when()
    assert "no_default_login_redirect_url_set" in clauses
    assert "no_<type>_redirect_urls_set" not in clauses


@pytest.fixture
def package(tmp_path, monkeypatch):
    (tmp_path / "app").mkdir()
    monkeypatch.setattr(refusals, "_PACKAGE", tmp_path / "app")
    monkeypatch.setattr(refusals, "_ROOT", tmp_path)
    return tmp_path / "app"


def test_entry_without_if_is_reported(package, capsys):
    text = 'def f():\n    """Do.\n\n    Raises:\n        good: if it is.\n        bad, worse: it isn\'t.\n    """\n'
    (package / "rules.py").write_text(text, encoding="utf-8")
    assert refusals.main([]) == 1
    assert capsys.readouterr().out == (
        'app/rules.py:1: "bad, worse: it isn\'t" must begin with "if"\n'
        '1 entries of "Raises:" to rewrite; at most 0 accepted\n'
    )
    assert refusals.main(["--at-most", "1"]) == 0
    assert capsys.readouterr().out == '1 entries of "Raises:" to rewrite; at most 1 accepted\n'


def test_entries_with_if_pass(package):
    (package / "rules.py").write_text(f'def f():\n    """{DOCSTRING}"""\n', encoding="utf-8")
    assert refusals.main([]) == 0


_OF_EACH = {"invalid_client", "invalid_request"}
OAUTH = {
    "token": _OF_EACH
    | {"invalid_grant", "invalid_scope", "invalid_target", "unauthorized_client", "unsupported_grant_type"},
    "introspect": _OF_EACH,
    "revoke": _OF_EACH,
    "user_info": _OF_EACH | {"insufficient_scope", "invalid_token"},
    "post_user_info": _OF_EACH | {"insufficient_scope", "invalid_token"},
    "register": _OF_EACH
    | {"dynamic_client_registration_not_enabled", "invalid_client_metadata", "invalid_redirect_uri"},
}


def test_oauth_endpoints_list_exactly_their_errors():
    """The tests in ``tests/oauth_server`` provoke each of them; ``mock`` refuses an error that isn't listed."""
    found = {endpoint.name: refusals.of(endpoint) for endpoint in oauth_operations.api}
    assert found == {f"operations.{name}": types for name, types in OAUTH.items()}
