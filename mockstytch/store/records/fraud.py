"""Fraud detection: devices, rules, overridden verdict reasons, e-mail risks."""

from datetime import datetime
from typing import Any, Literal

from mockstytch.store.record import Index, PrimaryKey, Record, table

Action = Literal["ALLOW", "CHALLENGE", "BLOCK"]


@table("devices")
class Device(Record):
    """The fingerprint of a browser, found by its telemetry id.

    Attributes:
        action: the verdict that a test chose; None derives it from the reasons.
        asn, asn_name, asn_network: the autonomous system of the IP address.
        country: two letters of ISO 3166.
    """

    telemetry_id: PrimaryKey
    action: Action | None = None
    reasons: list[str] = []
    detected_device_type: str = ""
    is_authentic_device: bool = True
    visitor_id: str | None = None
    browser_id: str | None = None
    visitor_fingerprint: str
    browser_fingerprint: str
    hardware_fingerprint: str
    network_fingerprint: str
    ip_address: str = ""
    asn: str = ""
    asn_name: str = ""
    asn_network: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    is_proxy: bool = False
    is_vpn: bool = False
    user_agent: str = ""
    external_metadata: dict[str, str] = {}
    raw_signals: dict[str, Any] | None = None
    created_at: datetime
    expires_at: datetime


@table("fraud_rules", Index("position"))
class FraudRule(Record):
    """The action to recommend for devices with an identifier. There is at most one rule for each identifier."""

    rule_type: PrimaryKey
    identifier: PrimaryKey
    action: Action
    description: str | None = None
    position: int
    created_at: datetime
    last_updated_at: datetime | None = None
    expires_at: datetime | None = None


@table("verdict_reason_overrides")
class ReasonOverride(Record):
    """The action that replaces the default action of a verdict reason."""

    verdict_reason: PrimaryKey
    override_action: Action
    override_description: str | None = None
    override_created_at: datetime


@table("email_risks")
class EmailRisk(Record):
    """The risk that a test set for an e-mail address. None derives the value from the address."""

    email_address: PrimaryKey
    action: Action | None = None
    risk_score: int | None = None
    has_known_bounces: bool | None = None
    has_mx_or_a_record: bool | None = None
    is_disposable_domain: bool | None = None
    is_suspected_role_address: bool | None = None
