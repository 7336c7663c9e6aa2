"""``fraud``: fingerprint lookups, rules, verdict reasons, e-mail risk. In production it has a separate host."""

import re
from datetime import timedelta
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Annotated, Any

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.domain import fraud
from mockstytch.domain.shared import cursors
from mockstytch.runtime import Context
from mockstytch.store.records import fraud as records
from mockstytch.store.records.fraud import Device, FraudRule, ReasonOverride
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import CaseInsensitiveEnum, FieldError, Text

api = Endpoints()

_MetadataText = Annotated[
    str, Meta(pattern=r"\A[A-Za-z0-9_+.@-]{0,65}\Z"), FieldError(errors.invalid_external_metadata)
]
_Identifier = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._:-]{0,128}\Z"), FieldError(errors.invalid_fingerprint_or_id)]
_GENERATED_ID = re.compile(r"([a-z]+-)*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_Description = Annotated[str, Meta(max_length=1000)]
# The codes of countries that the list of telephone countries lacks.
_WITHOUT_TELEPHONES = {"AQ", "BV", "GS", "HM", "PN", "TF", "UM"}
_CURSOR_KIND = "rule"
_MAX_EXPIRY_MINUTES = 100 * 366 * 24 * 60


class Action(CaseInsensitiveEnum):
    ALLOW = "ALLOW"
    CHALLENGE = "CHALLENGE"
    BLOCK = "BLOCK"
    NONE = "NONE"


_ACTIONS: dict[Action, records.Action | None] = {
    Action.ALLOW: "ALLOW",
    Action.CHALLENGE: "CHALLENGE",
    Action.BLOCK: "BLOCK",
    Action.NONE: None,
}


class ExternalMetadata(Request):
    external_id: _MetadataText = ""
    organization_id: _MetadataText = ""
    user_action: _MetadataText = ""


class Lookup(Request):
    telemetry_id: Annotated[Text, FieldError(errors.telemetry_id_not_found)]
    external_metadata: ExternalMetadata = ExternalMetadata()


@api.post("/v1/fingerprint/lookup")
def lookup(ctx: Context, req: Lookup) -> Body:
    """Return the verdict on a device. ``external_metadata`` is stored with the device."""
    device = fraud.device(ctx, req.telemetry_id)
    sent = {
        name: value
        for name in req.external_metadata.__struct_fields__
        if (value := getattr(req.external_metadata, name))
    }
    device = ctx.store.update(device, external_metadata={**device.external_metadata, **sent})
    return fraud.fingerprint(ctx, device)


class SetRule(Request):
    action: Annotated[Action, FieldError(errors.invalid_action_for_rules)]
    visitor_id: _Identifier = ""
    browser_id: _Identifier = ""
    visitor_fingerprint: _Identifier = ""
    browser_fingerprint: _Identifier = ""
    hardware_fingerprint: _Identifier = ""
    network_fingerprint: _Identifier = ""
    cidr_block: str = ""
    country_code: str = ""
    asn: str = ""
    expires_in_minutes: Annotated[int, Meta(ge=1, le=_MAX_EXPIRY_MINUTES)] | None = None
    description: _Description = ""


@api.post("/v1/rules/set")
def set_rule(ctx: Context, req: SetRule) -> Body:
    """Recommend an action for devices with this identifier. ``NONE`` deletes the rule.

    Raises:
        invalid_country_code_allow_rule: if the action for a country is ALLOW.
    """
    rule_type, identifier = _rule_identifier(ctx, req)
    if rule_type == "country_code" and req.action is Action.ALLOW:
        raise errors.invalid_country_code_allow_rule()
    existing = ctx.store.find(FraudRule, rule_type=rule_type, identifier=identifier)
    is_active = existing is not None and (existing.expires_at is None or existing.expires_at > ctx.now)
    expires_at = ctx.now + timedelta(minutes=req.expires_in_minutes) if req.expires_in_minutes else None
    action = _ACTIONS[req.action]
    if action is None:
        expires_at = None
    columns: dict[str, Any] = {"action": action, "description": req.description or None, "expires_at": expires_at}
    if existing and is_active and action:
        ctx.store.update(existing, last_updated_at=ctx.now, **columns)
    else:
        if existing:
            ctx.store.delete(existing)
        if action:
            columns |= {"rule_type": rule_type, "identifier": identifier}
            ctx.store.insert(FraudRule(**columns, position=position(), created_at=ctx.now))
    return {
        "action": req.action.value,
        **_identifier_fields(rule_type, identifier),
        "expires_at": wire.time(expires_at) if expires_at else None,
    }


def _rule_identifier(ctx: Context, req: SetRule) -> tuple[str, str]:
    """Return the type and the value of the one identifier in the request. A network is normalized.

    Raises:
        invalid_fingerprint_or_id: if the rule has no identifier or several, or if the identifier isn't in the form of a
            generated one and no device has it.
        invalid_asn: if the ASN isn't a number below 2 ** 32.
    """
    sent = [(name, value) for name in fraud.RULE_TYPES if (value := getattr(req, name))]
    if len(sent) != 1:
        raise errors.invalid_fingerprint_or_id(because=f"a rule has one identifier; this one has {len(sent)}")
    name, value = sent[0]
    if name == "cidr_block":
        return name, _network(value)
    if name == "country_code":
        return name, _country(value)
    if name == "asn":
        if not (re.fullmatch(r"[0-9]{1,10}", value) and int(value) < 2**32):
            raise errors.invalid_asn(because="not a number below 2 ** 32")
    elif not _GENERATED_ID.fullmatch(value) and not ctx.store.all(Device, **{name: value}):
        raise errors.invalid_fingerprint_or_id(because=f"no device has this {name}; create the device first")
    return name, value


def _country(code: str) -> str:
    """Return a country code in upper case.

    Raises:
        invalid_country_code: if the country code isn't an ISO 3166-1 alpha-2 code.
    """
    from phonenumbers import SUPPORTED_REGIONS  # imported late: it is slow to load

    if code.upper() not in SUPPORTED_REGIONS | _WITHOUT_TELEPHONES:
        raise errors.invalid_country_code()
    return code.upper()


def _network(text: str) -> str:
    """Return a network with its prefix.

    Raises:
        invalid_cidr_block: if the text isn't an IPv4 address or network.
        cidr_block_invalid_prefix: if the prefix isn't between 16 and 32.
    """
    address, slash, prefix = text.partition("/")
    if not _is_address(address) or (slash and not re.fullmatch("[0-9]{1,3}", prefix)):
        raise errors.invalid_cidr_block(because="not an IPv4 address or network")
    if slash and not 16 <= int(prefix) <= 32:
        raise errors.cidr_block_invalid_prefix()
    return str(IPv4Network(text, strict=False))


def _is_address(text: str) -> bool:
    try:
        return bool(IPv4Address(text))
    except AddressValueError:
        return False


def _identifier_fields(rule_type: str, identifier: str) -> dict[str, str | None]:
    return {name: identifier if name == rule_type else None for name in fraud.RULE_TYPES}


class ListRules(Request):
    cursor: str = ""
    limit: Annotated[int, Meta(ge=1, le=100)] = 10


@api.post("/v1/rules/list")
def list_rules(ctx: Context, req: ListRules) -> Body:
    """Return the active rules, newest first.

    Raises:
        dfp_rule_invalid_cursor: if this endpoint didn't return the cursor.
    """
    rules = fraud.active_rules(ctx)
    if req.cursor:
        last_position = cursors.decode(_CURSOR_KIND, req.cursor)
        if last_position is None:
            raise errors.dfp_rule_invalid_cursor(because="this endpoint didn't return the cursor")
        rules = [rule for rule in rules if rule.position < last_position]
    page = rules[: req.limit]
    has_more = len(rules) > req.limit
    next_cursor = cursors.encode(_CURSOR_KIND, page[-1].position) if has_more else ""
    return {"rules": [_rule_response(rule) for rule in page], "next_cursor": next_cursor}


def _rule_response(rule: FraudRule) -> Body:
    return {
        "rule_type": rule.rule_type.upper(),
        "action": rule.action,
        **_identifier_fields(rule.rule_type, rule.identifier),
        "description": rule.description,
        "created_at": wire.time(rule.created_at),
        "expires_at": wire.time(rule.expires_at) if rule.expires_at else None,
        "last_updated_at": wire.time(rule.last_updated_at) if rule.last_updated_at else None,
    }


class OverrideReason(Request):
    verdict_reason: Annotated[str, Meta(pattern=r"\A[A-Z][A-Z0-9_]{0,99}\Z")]
    override_action: Action
    override_description: _Description = ""


@api.post("/v1/verdict_reasons/override")
def override_reason(ctx: Context, req: OverrideReason) -> Body:
    """Replace the default action of a verdict reason. ``NONE`` deletes the override."""
    if req.verdict_reason == fraud.RULE_MATCH:
        raise errors.bad_request(because="a rule's verdict can't be overridden")
    existing = ctx.store.find(ReasonOverride, verdict_reason=req.verdict_reason)
    if existing:
        ctx.store.delete(existing)
    override, action = None, _ACTIONS[req.override_action]
    if action:
        override = ctx.store.insert(
            ReasonOverride(
                verdict_reason=req.verdict_reason,
                override_action=action,
                override_description=req.override_description or None,
                override_created_at=ctx.now,
            )
        )
    return {"verdict_reason_action": _reason_response(req.verdict_reason, override)}


class ListReasons(Request):
    overrides_only: bool = False


@api.post("/v1/verdict_reasons/list")
def list_reasons(ctx: Context, req: ListReasons) -> Body:
    """Return the known verdict reasons with their actions."""
    overrides = {override.verdict_reason: override for override in ctx.store.all(ReasonOverride)}
    names = overrides if req.overrides_only else {*fraud.DEFAULT_ACTIONS, *overrides}
    return {"verdict_reason_actions": [_reason_response(name, overrides.get(name)) for name in sorted(names)]}


def _reason_response(name: str, override: ReasonOverride | None) -> Body:
    return {
        "verdict_reason": name,
        "default_action": fraud.default_action(name),
        "override_action": override.override_action if override else None,
        "override_created_at": wire.time(override.override_created_at) if override else None,
        "override_description": override.override_description if override else None,
    }


class EmailRisk(Request):
    email_address: Text


@api.post("/v1/email/risk")
def email_risk(ctx: Context, req: EmailRisk) -> Body:
    """Return the risk of an e-mail address."""
    return fraud.email_risk(ctx, req.email_address)
