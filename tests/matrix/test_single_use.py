"""Tokens, codes and flows that work once, when a parallel request wins.

Requests of one process wait for each other, so a test can't make one lose by sending two. Here the store tells one
place in the code that the row has changed. The refusal must be right, and nothing may be written: afterwards the same
request succeeds.
"""

import ast
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import mockstytch
from mockstytch.store.store import Store
from tests.matrix import single_use as rows

ROOT = Path(mockstytch.__file__).parent

# Places that use a row only once without refusing a request, each with its reason.
NO_REFUSAL = {
    "domain.webhooks.lease_next": "the other process sends the delivery",
}


class Case(NamedTuple):
    """One row that works once.

    Attributes:
        place: the function that claims the row.
        prepare: creates the row, and returns the request that uses it.
        error_type: the error of the request that loses.
        afterwards: the result of the same request after that, if it isn't a success.
    """

    place: str
    prepare: Callable[[rows.Setup], rows.Action]
    error_type: str
    afterwards: str = ""


def _cases(place: str, error_type: str, *prepare: Callable[[rows.Setup], rows.Action]) -> list[Case]:
    return [Case(place, each, error_type) for each in prepare]


_SECRETS = "domain.oauth_server.client_secrets"
CASES = [
    *_cases(
        "api.sessions_exchange_token.exchange_access_token",
        "oauth_access_token_exchange_token_invalid_grant",
        rows.full_access_token,
    ),
    *_cases(
        "domain.credentials.codes.redeem", "unable_to_auth_otp_code", rows.email_code, rows.discovery_code, rows.sms
    ),
    *_cases(
        "domain.credentials.one_time_tokens.redeem",
        "unable_to_auth_magic_link",
        *(rows.magic_link, rows.changed_address, rows.discovery_link),
    ),
    *_cases(
        "domain.credentials.one_time_tokens.redeem",
        "unable_to_auth_password_reset_token",
        *(rows.password_reset, rows.discovery_password_reset),
    ),
    *_cases(
        "domain.credentials.one_time_tokens.redeem",
        "oauth_token_not_found",
        rows.oauth_token,
        rows.discovery_oauth_token,
    ),
    *_cases("domain.credentials.one_time_tokens.redeem", "sso_token_not_found", rows.sso_token),
    *_cases("domain.credentials.recovery_codes.redeem", "unable_to_authenticate_recovery_code", rows.recovery_code),
    *_cases("domain.credentials.totp.verify", "totp_code_already_authenticated", rows.totp),
    *_cases("domain.login.impersonation.redeem", "unable_to_auth_impersonation_token", rows.impersonation),
    *_cases(
        "domain.login.login_flow.next_step",
        "intermediate_session_not_found",
        rows.exchanged_intermediate_session,
        rows.organization_of_an_intermediate_session,
        rows.link_with_an_intermediate_session,
    ),
    *_cases("domain.login.oauth.fail_flow", "oauth_state_used", rows.oauth_callback(error="access_denied")),
    *_cases("domain.login.oauth.finish_flow", "oauth_state_used", rows.oauth_callback(email=rows.ADA)),
    *_cases(
        "domain.login.second_factor.complete",
        "intermediate_session_not_found",
        *(rows.second_factor_by_sms, rows.second_factor_by_totp, rows.second_factor_by_recovery_code),
    ),
    *_cases(f"{_SECRETS}.start_rotation", "m2m_client_already_rotating_secret", rows.rotation("m2m", "rotate_start")),
    *_cases(
        f"{_SECRETS}.start_rotation", "connected_app_already_rotating_secret", rows.rotation("app", "rotate_start")
    ),
    *_cases(
        f"{_SECRETS}._end_rotation",
        "m2m_client_not_rotating_secret",
        *(rows.rotation("m2m", "rotate"), rows.rotation("m2m", "rotate_cancel")),
    ),
    *_cases(
        f"{_SECRETS}._end_rotation",
        "connected_app_not_rotating_secret",
        *(rows.rotation("app", "rotate"), rows.rotation("app", "rotate_cancel")),
    ),
    *_cases("domain.oauth_server.oauth_tokens.exchange_code", "invalid_grant", rows.authorization_code),
    *_cases("domain.oauth_server.oauth_tokens._successor", "invalid_grant", rows.refresh_token),
    *_cases(
        "domain.scim.scim_connections._end_rotation",
        "scim_connection_not_rotating_token",
        *(rows.scim_rotation("rotate_complete"), rows.scim_rotation("rotate_cancel")),
    ),
    *_cases("domain.sso.builtin_oidc._redeem_code", "oidc_auth_code_error", rows.sso_callback("oidc", email=rows.ADA)),
    *_cases("domain.sso.sso_flow._finish", "duplicate_saml_response", rows.sso_callback("saml", email=rows.ADA)),
    Case(
        "domain.sso.sso_flow._finish",
        rows.sso_callback("oidc", email=rows.ADA),
        "unsolicited_oidc_response",
        afterwards="oidc_auth_code_error",  # the provider has accepted the code by then
    ),
    *_cases(
        "domain.sso.sso_flow.finish_oidc", "unsolicited_oidc_response", rows.sso_callback("oidc", error="access_denied")
    ),
]


class LostClaims:
    """Makes the claims of one place in the code fail, as if a parallel request had changed the row first."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place, self.lost = "", 0
        original = Store.update_if_unchanged

        def update_if_unchanged(store: Store, row: Any, **changes: Any) -> Any:
            if caller() == self.place:
                self.lost += 1
                return None
            return original(store, row, **changes)

        monkeypatch.setattr(Store, "update_if_unchanged", update_if_unchanged)


def caller() -> str:
    """Return the function that claims a row: ``domain.login.oauth.finish_flow``. Skip helpers named ``consume``."""
    frame = sys._getframe(2)
    while frame.f_code.co_name == "consume":
        assert frame.f_back is not None
        frame = frame.f_back
    return f"{frame.f_globals['__name__'].removeprefix('mockstytch.')}.{frame.f_code.co_name}"


@pytest.fixture
def prepared(given, mock, client):
    setup = rows.Setup(given, mock, client)
    yield setup
    setup.close()


@pytest.mark.parametrize("case", CASES, ids=[f"{case.place} {number}" for number, case in enumerate(CASES)])
def test_loser_is_refused_and_writes_nothing(prepared, monkeypatch, case):
    act = case.prepare(prepared)
    claims = LostClaims(monkeypatch)
    claims.place = case.place
    assert act() == case.error_type
    assert claims.lost == 1
    claims.place = ""
    assert act() == case.afterwards


def test_every_claim_is_tested():
    """A new call of ``consume`` or ``update_if_unchanged`` needs a case."""
    assert {case.place for case in CASES} | set(NO_REFUSAL) == set(claiming_functions())


def claiming_functions():
    for path in ROOT.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef) or function.name == "consume":
                continue
            called = {
                getattr(c.func, "attr", getattr(c.func, "id", "")) for c in ast.walk(function) if type(c) is ast.Call
            }
            if called & {"consume", "update_if_unchanged"}:
                yield f"{module}.{function.name}"


def test_used_rows_are_marked_by_a_claim_only():
    """``store.update(row, used_at=…)`` would let two processes use the row."""
    allowed = {
        "domain/credentials/codes.py",  # a new code replaces the earlier ones
        "domain/credentials/one_time_tokens.py",  # a deleted member's tokens are revoked
        "runtime/projects.py",  # the time of the last request
    }
    pattern = re.compile(r"\.update\([^()]*\b(used_at|exchanged_at)=")
    found = {
        p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*.py") if pattern.search(p.read_text(encoding="utf-8"))
    }
    assert found == allowed
