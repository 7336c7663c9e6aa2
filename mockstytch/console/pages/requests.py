"""The request log."""

from starlette.responses import Response

from mockstytch.console import reference
from mockstytch.console.page import PageRequest


def requests(page: PageRequest) -> Response:
    log = page.mock.request_log.entries(page.project.project_id)[::-1]
    describe = page.mock.request_log.describe
    only_errors = bool(page.query.get("errors"))
    entries = [entry for entry in log if not 0 < entry.status_code < 400] if only_errors else log
    return page.render(
        "requests.html",
        entries=[describe(page.project.project_id, entry, bodies=False) for entry in entries[: page.rows]],
        more=page.more(len(entries)),
        only_errors=only_errors,
        newest=log[0].request_id if log else "",
        **reference.setup(page.project, page.server_url),
    )
