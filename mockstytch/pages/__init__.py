"""Pages that the end user's browser visits on the way between the mail, the provider and the app."""
