"""Organizations and people with made-up names. The same numbers always give the same ones."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from mockstytch.ids import Ids
from mockstytch.seed.sections import Generate, Table

_PEOPLE_PER_ORGANIZATION = 20
_FIRST = (
    "Ada Alan Amara Anna Ben Chen Dana Diego Elif Emma Femi Grace Hugo Ines Ivan Jana Kofi Lena Li Mia Nia Noah Omar"
)
_LAST = (
    "Adler Baker Costa Diaz Eze Fischer Garcia Haddad Ito Jensen Kaya Lopez Meyer Novak Okafor Patel Rossi Silva Tran"
)
_COMPANY = (
    "Apex Birch Cobalt Delta Ember Fjord Granite Harbor Iris Juniper Kestrel Lumen Maple Nimbus Orbit Pine Quartz"
)
_KIND = "Analytics Foods Health Labs Logistics Media Robotics Software Studio Systems"


def organizations(wanted: Generate) -> Iterator[Table]:
    """Return organizations with members, as sections of a seed. The first member of each is its admin."""
    names = _names(wanted.random_seed)
    count = min(wanted.organizations or 1 + (wanted.people - 1) // _PEOPLE_PER_ORGANIZATION, wanted.people)
    taken: set[str] = set()
    for number in range(count):
        name = names.company()
        slug = _unique(_slug(name), taken)
        domain = f"{slug}.example"
        people = wanted.people // count + (number < wanted.people % count)
        addresses: set[str] = set()
        members = [_member(names.person(), domain, addresses, is_admin=not n) for n in range(people)]
        yield {
            "organization_name": name,
            "organization_slug": slug,
            "email_allowed_domains": [domain],
            "email_jit_provisioning": "RESTRICTED",
            "members": members,
        }


def _member(name: str, domain: str, addresses: set[str], *, is_admin: bool) -> Table:
    local = _unique(_slug(name).replace("-", "."), addresses)
    roles = {"roles": ["stytch_admin"]} if is_admin else {}
    return {"email_address": f"{local}@{domain}", "name": name, **roles}


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "x"


def _unique(text: str, taken: set[str]) -> str:
    """Return the text, with a number if it is taken."""
    found, number = text, 2
    while found in taken:
        found, number = f"{text}{number}", number + 1
    taken.add(found)
    return found


class _OwnNames:
    """Names from short lists, without another package."""

    def __init__(self, seed: int) -> None:
        self._ids = Ids(seed)

    def person(self) -> str:
        return f"{self._ids.choice(_FIRST.split())} {self._ids.choice(_LAST.split())}"

    def company(self) -> str:
        return f"{self._ids.choice(_COMPANY.split())} {self._ids.choice(_KIND.split())}"


class _FakerNames:
    """Names from the package Faker."""

    def __init__(self, seed: int) -> None:
        from faker import Faker

        self._faker: Any = Faker("en_US")
        self._faker.seed_instance(seed)

    def person(self) -> str:
        return f"{self._faker.first_name()} {self._faker.last_name()}"

    def company(self) -> str:
        return str(self._faker.company())


def _names(seed: int) -> _FakerNames | _OwnNames:
    """Return a source of names: Faker's if it is installed. The two give different names."""
    try:
        return _FakerNames(seed)
    except ModuleNotFoundError:
        return _OwnNames(seed)
