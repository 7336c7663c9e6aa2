"""The errors of webhooks. They are set up in a dashboard in production: no operation of the API is about them."""

from mockstytch.errors.kinds import shared

# fmt: off
delivery_not_found = shared(404, "delivery_not_found", "No delivery matched in time.", "M")
# fmt: on
