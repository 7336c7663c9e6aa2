"""The errors of the fraud product."""

from mockstytch.errors.kinds import fraud

# fmt: off
# Fraud
cidr_block_invalid_prefix = fraud(400, "cidr_block_invalid_prefix", "The CIDR block provided was too large. The CIDR block prefix must be between 16 and 32, inclusive.", "D")
dfp_rule_invalid_cursor = fraud(400, "dfp_rule_invalid_cursor", "The submitted cursor is not valid. Please contact support@stytch.com for assistance.", "D")
invalid_action_for_rules = fraud(400, "invalid_action_for_rules", "The action provided is invalid. The action must be 'ALLOW', 'BLOCK', 'CHALLENGE', or 'NONE'.", "D")
invalid_asn = fraud(400, "invalid_asn", "The ASN provided was invalid.", "D")
invalid_cidr_block = fraud(400, "invalid_cidr_block", "The CIDR block provided was invalid. You must specify either a valid IP address or a valid CIDR block.", "D")
invalid_country_code = fraud(400, "invalid_country_code", "The country code provided was invalid. Country codes must be valid ISO 3166-1 alpha-2 codes.", "D")
invalid_country_code_allow_rule = fraud(400, "invalid_country_code_allow_rule", "You may not set an ALLOW rule on a country code.", "D")
invalid_external_metadata = fraud(400, "invalid_external_metadata", "External metadata fields may not exceed 65 characters. They may only contain alphanumerics and the characters '_', '-', '+', '.', or '@'.", "D")
invalid_fingerprint_or_id = fraud(400, "invalid_fingerprint_or_id", "The fingerprint or ID provided was invalid.", "D")
telemetry_id_not_found = fraud(404, "telemetry_id_not_found", "The telemetry_id provided was not found.", "D")
unauthorized_credentials_error = fraud(401, "unauthorized_credentials_error", "The provided credentials are invalid.", "D")
# fmt: on
