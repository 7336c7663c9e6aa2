"""Plans: stored statements, and statements that are compiled when they are first used."""

import subprocess
import sys

import pytest

from mockstytch import MockStytch
from mockstytch.store import plans
from mockstytch.store.records.members import Member

FLOWS = """
import sys
from mockstytch import MockStytch
from mockstytch.runtime import history
with MockStytch() as mock:
    client = mock.client()
    acme = client.organizations.create("Acme", "acme").organization.organization_id
    client.organizations.members.create(acme, "ada@acme.test")
    client.magic_links.email.login_or_signup(acme, "ada@acme.test")
    login = client.magic_links.authenticate(mock.inbox.latest().token)
    client.sessions.authenticate(session_token=login.session_token)
    client.organizations.members.search([acme])
    for name, value in ("member_emails", ["ada@acme.test"]), ("member_email_fuzzy", "ada"), ("statuses", ["active"]):
        operands = [{"filter_name": name, "filter_value": value}]
        client.organizations.members.search([acme], query={"operator": "AND", "operands": operands})
    client.magic_links.email.discovery.send("bob@acme.test")
    client.magic_links.discovery.authenticate(mock.inbox.latest().token)
    mock.snapshots.save("before")
    mock.clock.advance(hours=2)
    mock.snapshots.restore("before")
    with mock._server.mock.transaction() as ctx:
        for turn in range(history.TURNS):
            history.trim(ctx, turn, 10, 10)
    mock.reset()
    print("sqlalchemy" in sys.modules)
"""

PAGES = """
import re, sys
from urllib.request import urlopen
from mockstytch import MockStytch
with MockStytch() as mock:
    client = mock.client()
    acme = client.organizations.create("Acme", "acme").organization.organization_id
    client.organizations.members.create(acme, "ada@acme.test")
    client.magic_links.email.login_or_signup(acme, "ada@acme.test")
    client.magic_links.authenticate(mock.inbox.latest().token)
    pages = ["/_mock"]
    for page in pages:
        with urlopen(mock.url + page) as response:
            links = re.findall('href="(/_mock[^"#]*)"', response.read().decode())
        pages += dict.fromkeys(link.replace("&amp;", "&") for link in links if "." not in link and link not in pages)
    assert len(pages) > 30
    print("sqlalchemy" in sys.modules)
"""


@pytest.mark.parametrize("program", [FLOWS, PAGES], ids=["logins", "pages of the console"])
def test_usual_requests_need_no_sqlalchemy(program):
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert result.stdout == "False\n", result.stderr


def test_other_statement_is_compiled_and_kept():
    shared, column = plans.plans_for("sqlite"), Member.table.c
    with MockStytch() as mock:
        client = mock.client()
        acme = client.organizations.create("Acme", "acme").organization.organization_id
        client.organizations.members.create(acme, "ada@acme.test")
        with mock._server.mock.transaction() as ctx:
            query = ctx.store.query(Member).where(column.name >= "", column.email_address < "b", column.position > -1)
            assert query.shape not in shared.used_shapes()
            for _ in range(2):
                assert [m.email_address for m in ctx.store.rows(Member, query)] == ["ada@acme.test"]
            assert query.shape in shared.used_shapes()


def test_excluded_value_is_part_of_the_statement():
    column = Member.table.c.status
    with MockStytch() as mock:
        client = mock.client()
        acme = client.organizations.create("Acme", "acme").organization.organization_id
        client.organizations.members.create(acme, "ada@acme.test")
        with mock._server.mock.transaction() as ctx:
            for value, count in (("deleted", 1), ("active", 0)):
                query = ctx.store.query(Member).where(column.excluding(value))
                assert ctx.store.count(query) == count
                assert f"status != '{value}'" in plans.compiled(query.shape, "sqlite").text
