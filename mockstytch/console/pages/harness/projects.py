"""Projects: search, switch, delete."""

from starlette.responses import Response

from mockstytch.console.page import PageRequest

# The pages that a project can be opened at: every project has them.
_PAGES = ("/organizations", "/requests", "/webhooks", "/faults", "/snapshots", "/seed", "/projects")


async def projects(page: PageRequest) -> Response:
    filters = {name: page.search(name) for name in ("q", "run_id", "unused_minutes")}
    if not filters["unused_minutes"].isdecimal():
        filters["unused_minutes"] = ""
    query = {f"?{name}": value for name, value in filters.items() if value}
    found = await page.call("GET /projects", **query, **{"?limit": page.rows, "?after": page.search("after")})
    to = page.search("to")
    return page.render(
        "projects.html",
        found=found,
        filters=filters,
        to=to if to in _PAGES else "/",
        default_id=page.mock.settings.project_id,
    )
