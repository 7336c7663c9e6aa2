"""Verdicts: what is recommended for a device or an address. There is nobody here to be suspicious of: tests choose."""

from ipaddress import ip_address, ip_network
from typing import Any

from mockstytch import errors, wire
from mockstytch.domain.shared import emails
from mockstytch.runtime import Context
from mockstytch.store.records.fraud import Action, Device, EmailRisk, FraudRule, ReasonOverride

# The order is that of the rules' precedence; the last three are matched by the device's network.
RULE_TYPES = (
    *("visitor_id", "browser_id", "visitor_fingerprint", "browser_fingerprint"),
    *("hardware_fingerprint", "network_fingerprint", "cidr_block", "asn", "country_code"),
)
# The reasons that public documentation names. Production's whole list is for its customers; others may be used as well.
DEFAULT_ACTIONS: dict[str, Action] = {
    "HEADLESS_BROWSER_AUTOMATION": "BLOCK",
    "SMART_RATE_LIMIT_WARNING": "CHALLENGE",
    "USER_AGENT_DECEPTION": "BLOCK",
    "VIRTUAL_MACHINE": "CHALLENGE",
}
RULE_MATCH = "RULE_MATCH"
_STRICTNESS: tuple[Action, ...] = ("ALLOW", "CHALLENGE", "BLOCK")
_SCORES: dict[Action, int] = {"ALLOW": 5, "CHALLENGE": 50, "BLOCK": 95}

_ROLES = frozenset(
    """
    abuse accounts admin administrator billing careers contact enquiries hello help helpdesk hostmaster hr info jobs
    legal mail marketing media noc no-reply noreply office ops orders postmaster press privacy root sales security
    service staff support sysadmin team webmaster
    """.split()  # noqa: SIM905 · a list of words is read as one
)
_DISPOSABLE = frozenset(
    """
    10minutemail.com discard.email dispostable.com getnada.com guerrillamail.com mailinator.com maildrop.cc
    sharklasers.com temp-mail.org tempmail.com throwawaymail.com trashmail.com yopmail.com
    """.split()  # noqa: SIM905 · a list of words is read as one
)


def device(ctx: Context, telemetry_id: str) -> Device:
    """
    Raises:
        telemetry_id_not_found: nobody knows it, or it is too old.
    """
    found = ctx.store.find(Device, telemetry_id=telemetry_id)
    if found is None or found.expires_at <= ctx.now:
        raise errors.telemetry_id_not_found(because="expired" if found else "")
    return found


def fingerprint(ctx: Context, d: Device) -> dict[str, Any]:
    """A device as a lookup shows it."""
    return {
        "telemetry_id": d.telemetry_id,
        "fingerprints": {
            "network_fingerprint": d.network_fingerprint,
            "hardware_fingerprint": d.hardware_fingerprint,
            "browser_fingerprint": d.browser_fingerprint,
            "visitor_fingerprint": d.visitor_fingerprint,
            "visitor_id": d.visitor_id,
            "browser_id": d.browser_id,
        },
        "verdict": _verdict(ctx, d),
        "external_metadata": {
            name: d.external_metadata.get(name) for name in ("external_id", "organization_id", "user_action")
        },
        "created_at": wire.time(d.created_at),
        "expires_at": wire.time(d.expires_at),
        "properties": {
            "network_properties": {
                "ip_address": d.ip_address,
                "asn": {"asn": d.asn, "name": d.asn_name, "network": d.asn_network},
                "ip_geolocation": {"city": d.city, "region": d.region, "country": d.country},
                "is_proxy": d.is_proxy,
                "is_vpn": d.is_vpn,
            },
            "browser_properties": {"user_agent": d.user_agent},
        },
        "raw_signals": d.raw_signals,
    }


def _verdict(ctx: Context, d: Device) -> dict[str, Any]:
    """A rule decides first; then overridden reasons; then what was chosen for the device; then its reasons."""
    rule = _matching(ctx, d)
    overrides = {o.verdict_reason: o.override_action for o in ctx.store.all(ReasonOverride)}
    applied = {} if rule else {reason: overrides[reason] for reason in d.reasons if reason in overrides}
    by_reasons = [applied.get(reason, default_action(reason)) for reason in d.reasons]
    strictest = max(by_reasons, key=_STRICTNESS.index, default="ALLOW")
    return {
        "action": rule.action if rule else strictest if applied else d.action or strictest,
        "reasons": [*d.reasons, RULE_MATCH] if rule else d.reasons,
        "detected_device_type": d.detected_device_type,
        "is_authentic_device": d.is_authentic_device,
        "verdict_reason_overrides": [{"verdict_reason": r, "override_action": a} for r, a in applied.items()],
        "rule_match_type": rule.rule_type.upper() if rule else None,
        "rule_match_identifier": rule.identifier if rule else None,
    }


def default_action(reason: str) -> Action:
    return DEFAULT_ACTIONS.get(reason, "CHALLENGE")


def active_rules(ctx: Context) -> list[FraudRule]:
    """The rules that haven't expired, newest first."""
    found = [rule for rule in ctx.store.all(FraudRule) if rule.expires_at is None or rule.expires_at > ctx.now]
    return sorted(found, key=lambda rule: -rule.position)


def _matching(ctx: Context, d: Device) -> FraudRule | None:
    """The rule that holds for a device: by type in the order of precedence, the smallest network first."""
    matches = [rule for rule in active_rules(ctx) if _fits(rule, d)]
    return min(matches, key=lambda rule: (RULE_TYPES.index(rule.rule_type), -_prefix(rule)), default=None)


def _fits(rule: FraudRule, d: Device) -> bool:
    if rule.rule_type == "cidr_block":
        return bool(d.ip_address) and ip_address(d.ip_address) in ip_network(rule.identifier)
    value: str | None = d.country if rule.rule_type == "country_code" else getattr(d, rule.rule_type)
    return value == rule.identifier


def _prefix(rule: FraudRule) -> int:
    return ip_network(rule.identifier).prefixlen if rule.rule_type == "cidr_block" else 0


def email_risk(ctx: Context, email_address: str) -> dict[str, Any]:
    """What is known of an address: by what it looks like, unless a test says otherwise. No name server is asked."""
    local, _, domain = email_address.strip().lower().rpartition("@")
    said = ctx.store.find(EmailRisk, email_address=email_address.strip().lower()) or EmailRisk(email_address="")
    valid = emails.is_address(email_address.strip().lower())
    bounces = bool(said.has_known_bounces)
    role = local in _ROLES if said.is_suspected_role_address is None else said.is_suspected_role_address
    disposable = domain in _DISPOSABLE if said.is_disposable_domain is None else said.is_disposable_domain
    reachable = _reachable(valid, domain) if said.has_mx_or_a_record is None else said.has_mx_or_a_record
    tumbling = sum(local.count(character) for character in ".+")
    looks: Action = (
        "BLOCK"
        if not (valid and reachable) or disposable
        else "CHALLENGE"
        if role or bounces or tumbling > 2
        else "ALLOW"
    )
    action = said.action or looks
    return {
        "address_information": {
            "has_known_bounces": bounces,
            "has_valid_syntax": valid,
            "is_suspected_role_address": role,
            "normalized_email": f"{local.partition('+')[0].replace('.', '')}@{domain}",
            "tumbling_character_count": tumbling,
        },
        "domain_information": {"has_mx_or_a_record": reachable, "is_disposable_domain": disposable},
        "action": action,
        "risk_score": _SCORES[action] if said.risk_score is None else said.risk_score,
    }


def _reachable(valid: bool, domain: str) -> bool:
    return valid and not domain.endswith(".invalid")  # RFC 2606: never one that exists
