"""axe-core finds nothing on any page. The pages are taken from the routes, so a new one is checked, too."""
