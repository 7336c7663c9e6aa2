"""Where everything is kept: entities as frozen rows in SQL tables, each row in the world of one project."""
