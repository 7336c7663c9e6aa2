"""Who appears in the stories: people and companies that a seed decides."""

import re
from dataclasses import dataclass

from faker import Faker


@dataclass(frozen=True)
class Company:
    name: str
    slug: str
    domain: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Person:
    first_name: str
    last_name: str
    email_address: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def __str__(self) -> str:
        return self.first_name


class Cast:
    """Calls people and companies, always the same ones for the same seed. No two share a name."""

    def __init__(self, seed: int) -> None:
        self._fake = Faker("en_US")
        self._fake.seed_instance(seed)

    def company(self) -> Company:
        name = f"{self._fake.unique.last_name()} {self._fake.company_suffix()}"
        return Company(name, _plain(name), f"{_plain(name)}.example")

    def person(self, works_at: Company | None = None) -> Person:
        """Somebody with an address of the company's domain; without a company, of a domain of their own."""
        first, last = self._fake.unique.first_name(), self._fake.unique.last_name()
        domain = works_at.domain if works_at else f"{_plain(last)}.example"
        return Person(first, last, f"{_plain(first)}.{_plain(last)}@{domain}")

    def phone_number(self) -> str:
        """One of the numbers that are kept free for fiction."""
        return f"+120255501{self._fake.unique.random_int(10, 99)}"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
