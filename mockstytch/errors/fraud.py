"""The errors of the fraud product."""

from mockstytch.errors.kinds import fraud

# fmt: off
# Fraud
telemetry_id_not_found = fraud(404, "telemetry_id_not_found", "The telemetry ID could not be found.", "D")
# fmt: on
