"""``/_mock``: pages for the person at the keyboard. Rendered on the server; a script only keeps them up to date."""
