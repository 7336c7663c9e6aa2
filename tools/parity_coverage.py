"""The generated parts of ``docs/parity.md``: which operations and errors have a probe, and why others have none."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from mockstytch import errors
from mockstytch.parity import settings
from mockstytch.parity.loading import load
from mockstytch.parity.probe import Probe
from mockstytch.surfaces.endpoint import Endpoint
from tools import error_tables


class Reason(NamedTuple):
    """Why something has no probe.

    Attributes:
        patterns: the error types or the operations, with ``*``.
    """

    text: str
    patterns: tuple[str, ...]


# The first reason that fits counts. Errors with the letter M need none: the real API doesn't have them.
ERRORS = (
    Reason(
        "a login at an identity provider, in a browser",
        (
            "*saml_response*", "*oidc_response*", "*_csrf_cookie*", "missing_saml_relay_state",
            "missing_oidc_state_param",
            "oidc_*_request", "oidc_invalid_*", "oidc_auth_code_error", "id_token_*",
            "saml_idp_initiated_auth_disabled",
            "oauth_state_*", "oauth_invalid_*", "oauth_auth_code_error", "*oidc_token*", "missing_oidc_refresh_token",
            "member_oauth_token_not_found", "invalid_oauth_tenant_for_jit_provisioning",
        ),
    ),
    Reason(
        "a mailbox that can be read, or a telephone",
        (
            "unable_to_verify_member_email_update", "pkce_*", "retired_member_email", "email_not_found",
            "desired_email_*", "insufficient_factors_for_session_exchange", "email_unverified_for_reactivation",
            "invalid_intermediate_session_token_for_organization",
        ),
    ),
    Reason(
        "a setting of the project that the command doesn't change",
        (
            "no_*_redirect_url*", "trusted_token_profile_*", "*trusted_auth_token", "*token_*organization_id_claim",
            "migrate_from_external_*", "billing_not_verified_for_email", "invalid_phone_number_country_code",
            "insecure_m2m_client_secret", "breached_password", "oauth_config_not_found", "captcha_*",
            "bad_domain_for_stytch_sdk", "bad_app_bundle_for_stytch_sdk", "cname_*", "endpoint_not_authorized_for_sdk",
            "cross_org_passwords_*", "email_template_not_found", "*_jwt_template",
        ),
    ),
    Reason(
        "an action in the dashboard",
        ("*impersonation*", "session_not_mutable"),
    ),
    Reason("time to pass, until something expires", ("expired_*", "*_expired", "*_too_old*", "jwt_invalid_audience")),
    Reason(
        "a project with the fraud product, whose rules a probe doesn't change",
        (
            "cidr_block_*", "dfp_*", "invalid_action_for_rules", "invalid_asn", "invalid_cidr_block",
            "invalid_country_code*", "invalid_external_metadata", "invalid_fingerprint_or_id", "telemetry_id_not_found",
            "unauthorized_credentials_error",
        ),
    ),
    Reason(
        "a key of the workspace, and a project that a probe creates and deletes",
        (
            "*_email_template", "*email_template_*", "too_many_email_templates", "invalid_email_*", "event_log_*",
            "jwt_template_*", "redirect_url_*", "*_redirect_url", "too_many_redirect_urls", "invalid_redirect_url_type",
            "too_many_*tokens", "too_many_secrets", "secret_not_found", "too_many_projects", "*password_strength*",
            "country_code_allowlist_*", "*_pem_*", "invalid_jwks_url", "invalid_public_key", "*_trusted_token_profile*",
            "invalid_project_name", "invalid_url", "invalid_user_lock_*", "invalid_role_for_vertical", "invalid_domain",
            "cannot_toggle_*", "bad_vertical_for_stytch_sdk", "unable_to_delete_last_public_token",
            "invalid_template_id", "no_wildcards_in_live_redirect_url",
        ),
    ),
    Reason(
        "a failure of the server, or so many requests that a limit is reached",
        ("internal_server_error", "server_unavailable", "too_many_requests", "user_lock_limit_reached"),
    ),
    Reason("the credentials of a live or a Consumer project", ("invalid_b2b_endpoint", "wrong_stack_live")),
)  # fmt: skip

OPERATIONS = (
    Reason(
        "a login at an identity provider, in a browser",
        (
            "oauth.*",
            "organizations.members.oauth_providers.*",
            "organizations.members.oidc_providers",
            "sso.authenticate",
        ),
    ),
    Reason("a mailbox that can be read", ("*.email.reset", "otps.email.*authenticate")),
    Reason("a setting of the project that the command doesn't change", ("sessions.attest", "sessions.migrate")),
    Reason("an action in the dashboard", ("impersonation.*",)),
    Reason("a project with the fraud product", ("fraud.*",)),
    Reason("a key of the workspace (`--workspace-key-id`)", ("management.*",)),
)


def summary(name_of: Callable[[Endpoint], str]) -> list[tuple[str, ...]]:
    """Return how many probes there are, and how much they cover.

    Args:
        name_of: returns the SDK's name of an operation, or "".
    """
    probes, known = _probes(), error_tables.operations(name_of)
    kinds = {kind.error_type for kind in errors.catalogue() if kind.confidence != "M"}
    provoked = _provoked(probes) & known.keys()
    inferred = {kind.error_type for kind in errors.catalogue() if kind.confidence == "I"}
    return [
        ("probes", str(len(probes))),
        ("calls of a run, without deletions", str(sum(len(probe.calls) for probe in load()))),
        ("error types that a probe provokes", f"{len(provoked)} of {len(kinds)}"),
        ("error types with an inferred status that a probe provokes", f"{len(provoked & inferred)} of {len(inferred)}"),
        ("operations with a probe", f"{len(_probed(probes))}"),
        ("probes that need more than a project's id and secret", str(sum(1 for probe in probes if probe.needs))),
    ]


def _probes() -> list[Probe]:
    return [probe for probe in load() if not probe.is_fixture]


def _provoked(probes: Iterable[Probe]) -> set[str]:
    return {call.expects for probe in probes for call in probe.calls if call.expects}


def _probed(probes: Iterable[Probe]) -> set[str]:
    return {call.operation for probe in probes for call in probe.calls if call.operation}


def operations(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Return a row for each operation: how many probes it has, and the errors that they provoke; or why it has none."""
    successes: dict[str, int] = defaultdict(int)
    refused: dict[str, set[str]] = defaultdict(set)
    for probe in load():
        for call in probe.calls:
            if call.expects:
                refused[call.operation].add(call.expects)
            else:
                successes[call.operation] += 1
    rows, missing = [], defaultdict[str, list[str]](list)
    for name in sorted(names):
        if name in successes or name in refused:
            rows.append((f"`{name}`", str(successes[name] or ""), str(len(refused[name]) or "")))
        else:
            missing[_reason(name, OPERATIONS)].append(f"`{name}`")
    return [
        *rows,
        *((", ".join(found), "", f"needs {reason}" if reason else "no probe yet") for reason, found in missing.items()),
    ]


def error_types() -> list[tuple[str, ...]]:
    """Return a row for each reason, with the error types that no probe provokes."""
    provoked = _provoked(_probes())
    missing: dict[str, list[str]] = defaultdict(list)
    for kind in errors.catalogue():
        if kind.error_type not in provoked and kind.confidence != "M":
            missing[_reason(kind.error_type, ERRORS)].append(kind.error_type)
    texts = [*(reason.text for reason in ERRORS), ""]
    return [
        (
            f"needs {text}" if text else "no probe yet",
            str(len(missing[text])),
            ", ".join(f"`{name}`" for name in missing[text]),
        )
        for text in texts
        if missing[text]
    ]


def needs() -> list[tuple[str, ...]]:
    """Return what probes can need, how it is given, and how many probes need it."""
    count: dict[str, int] = defaultdict(int)
    for probe in _probes():
        for need in probe.needs:
            count[need] += 1
    return [
        (
            need.description,
            f"`{need.option} {name}`"
            if need.option == "--has"
            else f"`{need.option}`"
            if need.option
            else "not possible",
            str(count[name] or ""),
        )
        for name, need in settings.NEEDS.items()
    ]


def _reason(name: str, reasons: Iterable[Reason]) -> str:
    """Return the text of the first reason that fits, or ""."""
    for reason in reasons:
        if any(fnmatchcase(name, pattern) for pattern in reason.patterns):
            return reason.text
    return ""
