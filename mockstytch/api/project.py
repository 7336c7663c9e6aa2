"""``debug`` and ``project``: the calling project, and counts of its objects."""

from mockstytch.domain.login import sandbox
from mockstytch.runtime import Context
from mockstytch.store.records.members import MemberCount
from mockstytch.store.records.oauth_server import M2MClient
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request

api = Endpoints()


class NoFields(Request):
    pass


@api.get("/v1/debug/whoami")
def whoami(ctx: Context, req: NoFields) -> Body:
    """Return the id and the name of the calling project."""
    return {"project_id": ctx.project.project_id, "name": ctx.project.name}


@api.get("/v1/projects/metrics")
def metrics(ctx: Context, req: NoFields) -> Body:
    """Return how many organizations, members and M2M clients the project has."""
    columns = MemberCount.table.c
    members = ctx.store.query(MemberCount).where(
        columns.status.excluding("deleted"), columns.organization_id != sandbox.ORGANIZATION_ID
    )
    organizations = ctx.store.query(Organization).where(Organization.table.c.organization_id != sandbox.ORGANIZATION_ID)
    counts = {
        "USER_COUNT": 0,
        "ORGANIZATION_COUNT": ctx.store.count(organizations),
        "MEMBER_COUNT": ctx.store.sum(members, columns.members),
        "M2M_CLIENT_COUNT": ctx.store.count(ctx.store.query(M2MClient)),
    }
    return {
        "project_id": ctx.project.project_id,
        "metrics": [{"metric_type": name, "count": count} for name, count in counts.items()],
    }
