"""Fraud verdicts for devices and e-mail addresses.

This server doesn't detect fraud. A test registers a device with the verdict, the reasons and the properties that it
needs; rules and overrides of reasons apply as in production.
"""

from ipaddress import ip_address, ip_network
from typing import Any

from mockstytch import errors, wire
from mockstytch.domain.shared import emails
from mockstytch.runtime import Context
from mockstytch.store.records.fraud import Action, Device, EmailRisk, FraudRule, ReasonOverride

# In order of precedence. The last three compare the device's network.
RULE_TYPES = (
    *("visitor_id", "browser_id", "visitor_fingerprint", "browser_fingerprint"),
    *("hardware_fingerprint", "network_fingerprint", "cidr_block", "asn", "country_code"),
)
# The reasons in Stytch's public documentation. The complete list isn't public, so other reasons are accepted as well.
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
    """.split()  # noqa: SIM905 · plain text is easier to read than a list of strings
)
_DISPOSABLE = frozenset(
    """
    10minutemail.com discard.email dispostable.com getnada.com guerrillamail.com mailinator.com maildrop.cc
    sharklasers.com temp-mail.org tempmail.com throwawaymail.com trashmail.com yopmail.com
    """.split()  # noqa: SIM905 · plain text is easier to read than a list of strings
)


def device(ctx: Context, telemetry_id: str) -> Device:
    """Return the device with this telemetry id.

    Raises:
        telemetry_id_not_found: if the telemetry id is unknown or expired.
    """
    d = ctx.store.find(Device, telemetry_id=telemetry_id)
    if d is None or d.expires_at <= ctx.now:
        raise errors.telemetry_id_not_found(because="expired" if d else "")
    return d


def fingerprint(ctx: Context, d: Device) -> dict[str, Any]:
    """Return the response body of a fingerprint lookup."""
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
    """Return the verdict on a device.

    The first that applies decides: a rule, an overridden reason, the action that the test chose, the default actions of
    the reasons.
    """
    rule = _matching_rule(ctx, d)
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
    """Return the action for a verdict reason that has no override."""
    return DEFAULT_ACTIONS.get(reason, "CHALLENGE")


def active_rules(ctx: Context) -> list[FraudRule]:
    """Return the rules that haven't expired, newest first."""
    active = [rule for rule in ctx.store.all(FraudRule) if rule.expires_at is None or rule.expires_at > ctx.now]
    return sorted(active, key=lambda rule: -rule.position)


def _matching_rule(ctx: Context, d: Device) -> FraudRule | None:
    """Return the rule for a device: the first by type, then the one with the smallest network."""
    matches = [rule for rule in active_rules(ctx) if _matches(rule, d)]
    return min(matches, key=lambda rule: (RULE_TYPES.index(rule.rule_type), -_prefix_length(rule)), default=None)


def _matches(rule: FraudRule, d: Device) -> bool:
    if rule.rule_type == "cidr_block":
        return bool(d.ip_address) and ip_address(d.ip_address) in ip_network(rule.identifier)
    value: str | None = d.country if rule.rule_type == "country_code" else getattr(d, rule.rule_type)
    return value == rule.identifier


def _prefix_length(rule: FraudRule) -> int:
    return ip_network(rule.identifier).prefixlen if rule.rule_type == "cidr_block" else 0


def email_risk(ctx: Context, email_address: str) -> dict[str, Any]:
    """Return the risk of an e-mail address.

    A test can set each value. The others are derived from the text of the address: no DNS server is queried.
    """
    email_address = email_address.strip().lower()
    local, _, domain = email_address.rpartition("@")
    chosen = ctx.store.find(EmailRisk, email_address=email_address) or EmailRisk(email_address="")
    is_valid = emails.is_address(email_address)
    is_role = local in _ROLES if chosen.is_suspected_role_address is None else chosen.is_suspected_role_address
    is_disposable = domain in _DISPOSABLE if chosen.is_disposable_domain is None else chosen.is_disposable_domain
    if chosen.has_mx_or_a_record is None:
        has_record = is_valid and not domain.endswith(".invalid")  # RFC 2606: such a domain never exists
    else:
        has_record = chosen.has_mx_or_a_record
    has_bounces = bool(chosen.has_known_bounces)
    tumbling = sum(local.count(character) for character in ".+")
    action: Action = "ALLOW"
    if is_role or has_bounces or tumbling > 2:
        action = "CHALLENGE"
    if not has_record or not is_valid or is_disposable:
        action = "BLOCK"
    action = chosen.action or action
    return {
        "address_information": {
            "has_known_bounces": has_bounces,
            "has_valid_syntax": is_valid,
            "is_suspected_role_address": is_role,
            "normalized_email": f"{local.partition('+')[0].replace('.', '')}@{domain}",
            "tumbling_character_count": tumbling,
        },
        "domain_information": {"has_mx_or_a_record": has_record, "is_disposable_domain": is_disposable},
        "action": action,
        "risk_score": _SCORES[action] if chosen.risk_score is None else chosen.risk_score,
    }
