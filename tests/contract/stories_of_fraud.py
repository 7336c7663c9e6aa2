"""Stories of the fraud product."""

from typing import Any

from tests.contract.story import story
from tests.support.given import Given


@story("fraud.fingerprint.lookup")
def _(given: Given) -> Any:
    """A rule matches the device, and a verdict reason is overridden, so that no field is empty."""
    given.client.fraud.verdict_reasons.override("VIRTUAL_MACHINE", "ALLOW")
    telemetry_id = given.mock.fraud.device(
        reasons=["VIRTUAL_MACHINE"], visitor_id="visitor-1", asn="64496", city="Berlin", raw_signals={"screen": 1}
    )
    given.client.fraud.rules.set("BLOCK", visitor_id="visitor-1")
    return given.client.fraud.fingerprint.lookup(telemetry_id, external_metadata={"external_id": "ada@acme.test"})


@story("fraud.rules.set")
def _(given: Given) -> Any:
    return given.client.fraud.rules.set("CHALLENGE", cidr_block="192.0.2.0/24", expires_in_minutes=5, description="x")


@story("fraud.rules.list")
def _(given: Given) -> Any:
    given.client.fraud.rules.set("CHALLENGE", country_code="DE", expires_in_minutes=5, description="x")
    given.client.fraud.rules.set("BLOCK", country_code="DE", expires_in_minutes=5)
    given.client.fraud.rules.set("ALLOW", asn="64496")
    return given.client.fraud.rules.list(limit=1)


@story("fraud.verdict_reasons.override")
def _(given: Given) -> Any:
    return given.client.fraud.verdict_reasons.override("VIRTUAL_MACHINE", "BLOCK", "no virtual machines here")


@story("fraud.verdict_reasons.list")
def _(given: Given) -> Any:
    given.client.fraud.verdict_reasons.override("VIRTUAL_MACHINE", "BLOCK", "no virtual machines here")
    return given.client.fraud.verdict_reasons.list()


@story("fraud.email.risk")
def _(given: Given) -> Any:
    return given.client.fraud.email.risk("ada@acme.test")
