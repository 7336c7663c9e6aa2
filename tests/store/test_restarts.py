"""Ids, tokens and codes after a restart."""

from itertools import count

from mockstytch import MockStytch

SEED = 7


def values(mock, names):
    """Some ids, tokens and codes of new objects."""
    client = mock.client()
    name = f"Acme {next(names)}"
    organization = client.organizations.create(name, name.lower().replace(" ", "-"))
    acme = organization.organization.organization_id
    for address in ("ada@acme.test", "bob@acme.test"):
        client.organizations.members.create(acme, address)
    client.magic_links.email.login_or_signup(acme, "ada@acme.test")
    client.otps.email.login_or_signup(acme, "bob@acme.test")
    webhook = mock.webhooks.set("http://127.0.0.1:9/")[0].secret
    code, link = mock.inbox.latest(to="bob@acme.test"), mock.inbox.latest(to="ada@acme.test")
    return [
        *(acme, organization.request_id, link.token, link.message_id, link.member_id, code.code, code.message_id),
        webhook,
    ]


def test_new_database_gives_the_same_values_for_the_same_seed(tmp_path):
    found = []
    for database in ("", str(tmp_path / "first.sqlite"), str(tmp_path / "second.sqlite")):
        with MockStytch(database=database, random_seed=SEED) as mock:
            found.append(values(mock, iter([1])))
    assert found[0] == found[1] == found[2]


def test_values_do_not_repeat_after_a_restart(tmp_path):
    names = count()
    found = []
    for _ in range(4):
        with MockStytch(database=str(tmp_path / "mock.sqlite"), random_seed=SEED) as mock:
            found += values(mock, names)
            mock.webhooks.set()
    assert len(set(found)) == len(found)


def test_restarts_are_reproducible_too(tmp_path):
    found = []
    for file in ("first.sqlite", "second.sqlite"):
        names = count()
        for _ in range(2):
            with MockStytch(database=str(tmp_path / file), random_seed=SEED) as mock:
                found.append(values(mock, names))
                mock.webhooks.set()
    assert found[:2] == found[2:]


def test_values_do_not_repeat_after_a_reset(tmp_path):
    with MockStytch(database=str(tmp_path / "mock.sqlite"), random_seed=SEED) as mock:
        names = count()
        first = values(mock, names)
        mock.reset()
        assert not set(first) & set(values(mock, names))
