"""Fraud: create devices and set their verdict, set the risk of e-mail addresses."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockstytch import errors
from mockstytch.control.request_parsing import body
from mockstytch.control.surface import route
from mockstytch.domain import fraud
from mockstytch.runtime import Mock
from mockstytch.store.records.fraud import Action, Device, EmailRisk
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen

_IDENTIFIERS = (
    *("visitor_id", "browser_id", "visitor_fingerprint"),
    *("browser_fingerprint", "hardware_fingerprint", "network_fingerprint"),
)
_Identifier = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._:-]{0,128}\Z")]
_Reason = Annotated[str, Meta(pattern=r"\A[A-Z][A-Z0-9_]{0,99}\Z")]
# defaults of a device; the address is reserved for documentation (RFC 5737)
_DEFAULTS = {"ip_address": "192.0.2.1", "country": "US", "detected_device_type": "UNKNOWN", "user_agent": "Mozilla/5.0"}


class DeviceBody(Frozen, forbid_unknown_fields=True):
    """A device. Identifiers that are left out are generated."""

    telemetry_id: Annotated[str, Meta(max_length=128)] = ""
    action: Action | None = None
    reasons: list[_Reason] = []
    detected_device_type: str = _DEFAULTS["detected_device_type"]
    is_authentic_device: bool = True
    visitor_id: _Identifier = ""
    browser_id: _Identifier = ""
    visitor_fingerprint: _Identifier = ""
    browser_fingerprint: _Identifier = ""
    hardware_fingerprint: _Identifier = ""
    network_fingerprint: _Identifier = ""
    ip_address: str = _DEFAULTS["ip_address"]
    asn: str = ""
    asn_name: str = ""
    asn_network: str = ""
    city: str = ""
    region: str = ""
    country: str = _DEFAULTS["country"]
    is_proxy: bool = False
    is_vpn: bool = False
    user_agent: str = _DEFAULTS["user_agent"]
    raw_signals: dict[str, Any] | None = None
    expires_in_minutes: Annotated[int, Meta(ge=1, le=5_000_000)] = 24 * 60


class EmailRiskBody(Frozen, forbid_unknown_fields=True):
    """The risk of an e-mail address. Values that are None keep their default."""

    email_address: Annotated[str, Meta(min_length=1)]
    action: Action | None = None
    risk_score: Annotated[int, Meta(ge=0, le=100)] | None = None
    has_known_bounces: bool | None = None
    has_mx_or_a_record: bool | None = None
    is_disposable_domain: bool | None = None
    is_suspected_role_address: bool | None = None


def routes(mock: Mock) -> list[Route]:
    async def create_device(request: HttpRequest) -> Any:
        """Create a device, or replace the one with the same telemetry id."""
        device_body = body(request, DeviceBody)
        try:
            ip_address(device_body.ip_address)
        except ValueError:
            raise errors.bad_request(because=f"ip_address {device_body.ip_address!r} isn't valid") from None
        with mock.transaction(request.project) as ctx:
            columns = msgspec.structs.asdict(device_body)
            minutes = columns.pop("expires_in_minutes")
            columns["telemetry_id"] = device_body.telemetry_id or str(ctx.ids.uuid())
            for name in _IDENTIFIERS:
                prefix = "visitor" if name == "visitor_id" else name.replace("_", "-")
                columns[name] = columns[name] or f"{prefix}-{ctx.ids.uuid()}"
            device = Device(**columns, created_at=ctx.now, expires_at=ctx.now + timedelta(minutes=minutes))
            ctx.store.delete_all(Device, telemetry_id=device.telemetry_id)
            return fraud.fingerprint(ctx, ctx.store.insert(device))

    async def set_email_risk(request: HttpRequest) -> Any:
        """Set the risk of an e-mail address."""
        risk = body(request, EmailRiskBody)
        email_address = risk.email_address.strip().lower()
        with mock.transaction(request.project) as ctx:
            ctx.store.delete_all(EmailRisk, email_address=email_address)
            ctx.store.insert(EmailRisk(**{**msgspec.structs.asdict(risk), "email_address": email_address}))
            return fraud.email_risk(ctx, email_address)

    return [route("POST", "/fraud/devices", create_device), route("POST", "/fraud/emails", set_email_risk)]
