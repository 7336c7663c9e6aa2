"""The fraud product in the control API: tests say which devices there are, and what is to be thought of them."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from starlette.requests import Request

from mockstytch import errors
from mockstytch.control.request_parsing import Row, body
from mockstytch.domain import fraud
from mockstytch.runtime import Mock
from mockstytch.store.records.fraud import Action, Device, EmailRisk
from mockstytch.surfaces import origin
from mockstytch.values import Frozen

_Identifier = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._:-]{0,128}\Z")]
_Reason = Annotated[str, Meta(pattern=r"\A[A-Z][A-Z0-9_]{0,99}\Z")]
# what a device says of itself where a test doesn't: an address of the network for documentation (RFC 5737)
_USUAL = {"ip_address": "192.0.2.1", "country": "US", "detected_device_type": "UNKNOWN", "user_agent": "Mozilla/5.0"}


class DeviceBody(Frozen, forbid_unknown_fields=True):
    """A device as a test describes it. What it leaves out is made up."""

    telemetry_id: Annotated[str, Meta(max_length=128)] = ""
    action: Action | None = None
    reasons: list[_Reason] = []
    detected_device_type: str = _USUAL["detected_device_type"]
    is_authentic_device: bool = True
    visitor_id: _Identifier = ""
    browser_id: _Identifier = ""
    visitor_fingerprint: _Identifier = ""
    browser_fingerprint: _Identifier = ""
    hardware_fingerprint: _Identifier = ""
    network_fingerprint: _Identifier = ""
    ip_address: str = _USUAL["ip_address"]
    asn: str = ""
    asn_name: str = ""
    asn_network: str = ""
    city: str = ""
    region: str = ""
    country: str = _USUAL["country"]
    is_proxy: bool = False
    is_vpn: bool = False
    user_agent: str = _USUAL["user_agent"]
    raw_signals: dict[str, Any] | None = None
    expires_in_minutes: Annotated[int, Meta(ge=1, le=5_000_000)] = 24 * 60


class EmailRiskBody(Frozen, forbid_unknown_fields=True):
    email_address: Annotated[str, Meta(min_length=1)]
    action: Action | None = None
    risk_score: Annotated[int, Meta(ge=0, le=100)] | None = None
    has_known_bounces: bool | None = None
    has_mx_or_a_record: bool | None = None
    is_disposable_domain: bool | None = None
    is_suspected_role_address: bool | None = None


class Fraud:
    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def routes(self) -> list[Row]:
        return [("POST", "/fraud/devices", self.device), ("POST", "/fraud/emails", self.email)]

    async def device(self, request: Request) -> Any:
        """Make a device known, in place of one with the same telemetry id."""
        seen: DeviceBody = await body(request, DeviceBody)
        try:
            ip_address(seen.ip_address)
        except ValueError:
            raise errors.bad_request(because="ip_address is none") from None
        with self._mock.transaction(origin.project(self._mock, request)) as ctx:
            columns = msgspec.structs.asdict(seen)
            minutes = columns.pop("expires_in_minutes")
            columns["telemetry_id"] = seen.telemetry_id or str(ctx.ids.uuid())
            for name in fraud.RULE_TYPES[:6]:
                prefix = "visitor" if name == "visitor_id" else name.replace("_", "-")
                columns[name] = columns[name] or f"{prefix}-{ctx.ids.uuid()}"
            device = Device(**columns, created_at=ctx.now, expires_at=ctx.now + timedelta(minutes=minutes))
            ctx.store.delete_all(Device, telemetry_id=device.telemetry_id)
            return fraud.fingerprint(ctx, ctx.store.insert(device))

    async def email(self, request: Request) -> Any:
        """Say what is to be thought of an address."""
        said: EmailRiskBody = await body(request, EmailRiskBody)
        columns = msgspec.structs.asdict(said) | {"email_address": said.email_address.strip().lower()}
        with self._mock.transaction(origin.project(self._mock, request)) as ctx:
            ctx.store.delete_all(EmailRisk, email_address=columns["email_address"])
            ctx.store.insert(EmailRisk(**columns))
            return fraud.email_risk(ctx, columns["email_address"])
