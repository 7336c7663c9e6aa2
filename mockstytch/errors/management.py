"""The errors of the management API, and of the settings that the control API shares with it."""

from mockstytch.errors.kinds import shared

# fmt: off
jwt_template_invalid_json = shared(400, "jwt_template_invalid_json", "The JWT template is not a JSON object.")
jwt_template_invalid_tag = shared(400, "jwt_template_invalid_tag", "The JWT template contains an invalid tag.")
jwt_template_mismatched_tag = shared(400, "jwt_template_mismatched_tag", "The JWT template contains a mismatched tag.")
# fmt: on
