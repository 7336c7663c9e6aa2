"""PKCE: where the SDK configuration requires it, and wrong verifiers."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser_api.sdk_client import ORIGIN
from tests.contract.factors import NEW_PASSWORD, PASSWORD, with_password
from tests.support.errors import error_of

VERIFIER, OTHER = "v" * 43, "w" * 128


def challenge(verifier=VERIFIER):
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@pytest.fixture
def acme(given):
    return given.organization("Acme", "acme")


@pytest.fixture
def member(given, acme):
    return with_password(given, acme, "ada@acme.test")


@pytest.fixture
def require(mock):
    """Require PKCE for all products."""
    required = {"pkce_required": True}
    mock.configure(
        b2b_sdk_config={
            **dict.fromkeys(("magic_links", "oauth", "sso"), required),
            "passwords": {"pkce_required_for_password_resets": True},
        }
    )


EMAIL, RESET = "/b2b/magic_links/email", "/b2b/passwords"
# The calls that send a mail, with the name of the challenge, and the calls that end the flow, with the names of the
# token and the verifier.
FLOWS = {
    "login link": (
        f"{EMAIL}/login_or_signup",
        "pkce_code_challenge",
        "/b2b/magic_links/authenticate",
        "magic_links_token",
        "pkce_code_verifier",
    ),
    "discovery link": (
        f"{EMAIL}/discovery/send",
        "pkce_code_challenge",
        "/b2b/magic_links/discovery/authenticate",
        "discovery_magic_links_token",
        "pkce_code_verifier",
    ),
    "password reset": (
        f"{RESET}/email/reset/start",
        "code_challenge",
        f"{RESET}/email/reset",
        "password_reset_token",
        "code_verifier",
    ),
    "password reset in discovery": (
        f"{RESET}/discovery/reset/start",
        "pkce_code_challenge",
        f"{RESET}/discovery/reset",
        "password_reset_token",
        "pkce_code_verifier",
    ),
}


class Flow:
    """A flow that begins with a mail."""

    def __init__(self, sdk, given, acme, name):
        self.sdk, self.given, self.acme = sdk, given, acme
        self.start_path, self.challenge, self.end_path, self.token_name, self.verifier = FLOWS[name]

    def start(self, **fields):
        body = {"email_address": "ada@acme.test", **fields}
        if "discovery" not in self.start_path:
            body["organization_id"] = self.acme.organization_id
        return self.sdk("POST", self.start_path, body)

    def token(self, **fields):
        assert self.start(**fields).status_code == 200
        return self.given.token("ada@acme.test")

    def end(self, token, **fields):
        """Return the type of the error, or ""."""
        body = {self.token_name: token, "session_duration_minutes": 60, **fields}
        if "password" in self.end_path:
            body["password"] = NEW_PASSWORD
        response = self.sdk("POST", self.end_path, body)
        return "" if response.status_code == 200 else error_of(response)[1]


@pytest.fixture(params=FLOWS)
def flow(sdk, given, acme, member, mock, request):
    if "discovery" in request.param:
        mock.configure(cross_org_passwords_enabled=True)
    return Flow(sdk, given, acme, request.param)


def test_challenge_is_required(flow, require):
    for fields in ({}, {flow.challenge: ""}, {flow.challenge: None}):
        assert error_of(flow.start(**fields)) == (400, "invalid_pkce_code_challenge")
    assert flow.start(**{flow.challenge: challenge()}).status_code == 200


def test_challenge_is_optional_by_default(flow):
    assert flow.end(flow.token()) == ""


@pytest.mark.parametrize("value", ["x", "plain", "x" * 44, "ä" * 43])
def test_malformed_challenge_is_refused(flow, value):
    assert error_of(flow.start(**{flow.challenge: value})) == (400, "invalid_pkce_code_challenge")


def test_verifier_must_match_the_challenge(flow):
    token = flow.token(**{flow.challenge: challenge()})
    assert flow.end(token) == "pkce_expected_code_verifier"
    assert flow.end(token, **{flow.verifier: OTHER}) == "pkce_mismatch"
    assert flow.end(token, **{flow.verifier: challenge()}) == "pkce_mismatch"
    assert flow.end(token, **{flow.verifier: VERIFIER}) == ""


def test_verifier_and_token_work_once(flow):
    token = flow.token(**{flow.challenge: challenge()})
    assert flow.end(token, **{flow.verifier: VERIFIER}) == ""
    assert flow.end(token, **{flow.verifier: VERIFIER}) != ""


def test_verifier_without_a_challenge_is_refused(flow):
    assert flow.end(flow.token(), **{flow.verifier: VERIFIER}) == "pkce_did_not_expect_code_verifier"


def test_verifier_of_another_mail_does_not_match(flow):
    first = flow.token(**{flow.challenge: challenge()})
    second = flow.token(**{flow.challenge: challenge(OTHER)})
    assert flow.end(second, **{flow.verifier: VERIFIER}) == "pkce_mismatch"
    assert flow.end(second, **{flow.verifier: OTHER}) == ""
    assert first != second


def test_sdk_can_use_one_verifier_for_several_mails(flow):
    """The SDK keeps its verifier in the browser until a login succeeds."""
    flow.token(**{flow.challenge: challenge()})
    token = flow.token(**{flow.challenge: challenge()})
    assert flow.end(token, **{flow.verifier: VERIFIER}) == ""


def test_verifier_of_a_password_login_is_ignored(sdk, acme, member):
    """The SDK sends one to these calls, although their flow has no challenge."""
    body = {"email_address": "ada@acme.test", "password": PASSWORD, "code_verifier": VERIFIER}
    own = {"organization_id": acme.organization_id, "session_duration_minutes": 60}
    assert sdk.data("POST", "/b2b/passwords/authenticate", {**body, **own})["member_id"] == member.member_id


def test_other_calls_need_no_challenge(sdk, acme, member, require):
    body = {"email_address": "ada@acme.test", "organization_id": acme.organization_id}
    sdk.data("POST", "/b2b/otps/email/login_or_signup", body)
    sdk.data("POST", "/b2b/otps/email/discovery/send", {"email_address": "ada@acme.test"})


# The start pages of OAuth and SSO


@pytest.fixture
def visit(sdk, mock):
    """Open a start page as a browser does, and return the response."""

    def call(path, **query):
        parameters = {"public_token": mock.public_token, **query}
        return sdk.http.get(f"{mock.url}{path}", params=parameters, headers={"referer": ORIGIN})

    return call


@pytest.fixture
def connection(mock, acme):
    return mock.identity_provider(acme.organization_id, "oidc")


GOOGLE = "/v1/b2b/public/oauth/google"


def test_start_pages_need_a_challenge_if_it_is_required(visit, acme, connection, require):
    starts = {
        f"{GOOGLE}/start": {"organization_id": acme.organization_id},
        f"{GOOGLE}/discovery/start": {},
        "/v1/public/sso/start": {"connection_id": connection.connection_id},
    }
    for path, query in starts.items():
        assert error_of(visit(path, **query)) == (400, "invalid_pkce_code_challenge")
        assert error_of(visit(path, **query, pkce_code_challenge="")) == (400, "invalid_pkce_code_challenge")
        assert error_of(visit(path, **query, pkce_code_challenge="x")) == (400, "invalid_pkce_code_challenge")
        assert visit(path, **query, pkce_code_challenge=challenge()).status_code in (302, 307)


def followed(mock, response, http):
    """Follow the redirects through this server, and return the token in the URL of the app."""
    while response.headers["location"].startswith(mock.url):
        response = http.get(response.headers["location"])
    return parse_qs(urlsplit(response.headers["location"]).query)["token"][0]


@pytest.mark.parametrize("kind", ["oauth", "discovery_oauth", "sso"])
def test_verifier_at_the_end_of_oauth_and_sso(sdk, mock, visit, acme, member, connection, kind):
    path, query, end, name = {
        "oauth": (f"{GOOGLE}/start", {"slug": "acme"}, "/b2b/oauth/authenticate", "oauth_token"),
        "discovery_oauth": (
            f"{GOOGLE}/discovery/start",
            {},
            "/b2b/oauth/discovery/authenticate",
            "discovery_oauth_token",
        ),
        "sso": (
            "/v1/public/sso/start",
            {"connection_id": connection.connection_id},
            "/b2b/sso/authenticate",
            "sso_token",
        ),
    }[kind]
    mock.next_identity("oidc" if kind == "sso" else "google", "ada@acme.test")
    token = followed(mock, visit(path, **query, pkce_code_challenge=challenge()), sdk.http)
    body = {name: token, "session_duration_minutes": 60}
    assert sdk.refused("POST", end, body) == "pkce_expected_code_verifier"
    assert sdk.refused("POST", end, {**body, "pkce_code_verifier": OTHER}) == "pkce_mismatch"
    data = sdk.data("POST", end, {**body, "pkce_code_verifier": VERIFIER})
    assert data["member_id"] == member.member_id if kind != "discovery_oauth" else data["intermediate_session_token"]
    assert sdk.refused("POST", end, {**body, "pkce_code_verifier": VERIFIER}) != ""
