"""Errors that depend on the state of a token or on the project's settings."""

import hashlib
from base64 import urlsafe_b64encode

import pytest

from tests.matrix.endpoints import ENDPOINTS
from tests.support.errors import error_of


def test_used_expired_and_mismatched_tokens_are_refused(own_project):
    project, given = own_project, own_project.given
    link, discovery = ENDPOINTS["magic_links.authenticate"], ENDPOINTS["magic_links_discovery.authenticate"]
    used = project.valid_request(link)
    assert project.send(link, used).status_code == 200
    assert error_of(project.send(link, used)) == (401, "unable_to_auth_magic_link")
    fresh = given.link_token(project.acme, "ada@acme.test")
    crossed = {"discovery_magic_links_token": fresh}
    assert error_of(project.send(discovery, crossed)) == (404, "magic_link_not_found")
    found = project.valid_request(discovery)
    assert project.send(discovery, found).status_code == 200
    assert error_of(project.send(discovery, found)) == (401, "unable_to_auth_magic_link")
    late = {"discovery_magic_links_token": given.discovery_token("grace@globex.test")}
    given.mock.clock.advance(minutes=61)
    assert error_of(project.send(link, {"magic_links_token": fresh})) == (401, "unable_to_auth_magic_link")
    assert error_of(project.send(discovery, late)) == (401, "unable_to_auth_magic_link")
    for name in ("discovery.exchange", "discovery.create", "discovery.list"):
        response = project.send(ENDPOINTS[name], project.valid_request(ENDPOINTS[name]))
        assert error_of(response) == (404, "intermediate_session_not_found")
    for name in ("sessions.authenticate", "sessions.revoke", "sessions.exchange"):
        response = project.send(ENDPOINTS[name], project.valid_request(ENDPOINTS[name]))
        assert error_of(response) == (404, "session_not_found")


@pytest.mark.parametrize("name", ["sessions.authenticate", "sessions.revoke", "sessions.exchange", "discovery.list"])
def test_token_of_another_kind_is_not_found(project, name):
    endpoint = ENDPOINTS[name]
    kinds = {"session_token": "intermediate_session_token", "intermediate_session_token": "session_token"}
    sent = project.valid_request(endpoint)
    (field,) = kinds.keys() & sent.keys()
    error_type = "session_not_found" if field == "session_token" else "intermediate_session_not_found"
    assert error_of(project.send(endpoint, {**sent, field: project.values[kinds[field]]})) == (404, error_type)
    assert error_of(project.send(endpoint, {**sent, field: project.values["magic_links_token"]})) == (404, error_type)


@pytest.mark.parametrize(
    ("verifier", "error_type"),
    [("", "pkce_expected_code_verifier"), ("y" * 43, "pkce_mismatch"), ("x" * 43, "")],
)
def test_pkce_verifier_must_match_the_challenge(own_project, verifier, error_type):
    challenge = urlsafe_b64encode(hashlib.sha256(b"x" * 43).digest()).rstrip(b"=").decode()
    token = own_project.given.link_token(own_project.acme, "ada@acme.test", pkce_code_challenge=challenge)
    sent = {"magic_links_token": token, "pkce_code_verifier": verifier}
    response = own_project.send(ENDPOINTS["magic_links.authenticate"], sent)
    assert response.status_code == 200 if not error_type else error_of(response) == (400, error_type)


def test_unknown_template_is_refused_if_the_project_lists_templates(own_project):
    own_project.given.mock.configure(email_templates=["known"])
    for name, field in [
        ("magic_links.login_or_signup", "login_template_id"),
        ("magic_links.login_or_signup", "signup_template_id"),
        ("magic_links.invite", "invite_template_id"),
        ("magic_links_discovery.send", "login_template_id"),
    ]:
        endpoint = ENDPOINTS[name]
        sent = {**own_project.valid_request(endpoint), field: "unknown"}
        if name == "magic_links.login_or_signup":
            sent["email_address"] = "ada@acme.test"
        assert error_of(own_project.send(endpoint, sent)) == (404, "email_template_not_found")


@pytest.mark.parametrize("kind", ["login", "signup", "invite", "discovery"])
def test_unregistered_redirect_url_is_refused_in_strict_mode(own_project, kind):
    project, mock = own_project, own_project.given.mock
    name = {"login": "login_or_signup", "signup": "login_or_signup"}.get(kind, kind)
    endpoint = ENDPOINTS["magic_links_discovery.send" if kind == "discovery" else f"magic_links.{name}"]
    sent = project.valid_request(endpoint) | {f"{kind}_redirect_url": "https://elsewhere.test/"}
    mock.configure(redirect_urls="registered")
    assert error_of(project.send(endpoint, sent)) == (400, "no_match_for_provided_magic_link_url")
    del sent[f"{kind}_redirect_url"]
    uses = [{"type": t, "is_default": t != kind.upper()} for t in ("LOGIN", "SIGNUP", "INVITE", "DISCOVERY")]
    mock.configure(registered_redirect_urls=[{"url": "https://acme.test/", "types": uses}])
    assert error_of(project.send(endpoint, sent)) == (400, f"no_default_{kind}_redirect_url_set")
    uses = [use for use in uses if use["is_default"]]
    mock.configure(registered_redirect_urls=[{"url": "https://acme.test/", "types": uses}])
    assert error_of(project.send(endpoint, sent)) == (400, f"no_{kind}_redirect_urls_set")
