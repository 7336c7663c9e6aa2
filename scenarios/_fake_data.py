"""Generated people and companies. The same seed gives the same names."""

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


class FakeData:
    """A generator of unique people, companies and phone numbers."""

    def __init__(self, seed: int) -> None:
        self._faker = Faker("en_US")
        self._faker.seed_instance(seed)

    def company(self) -> Company:
        name = f"{self._faker.unique.last_name()} {self._faker.company_suffix()}"
        return Company(name, _slug(name), f"{_slug(name)}.example")

    def person(self, works_at: Company | None = None) -> Person:
        """Return a person with an address at the company's domain, or at another domain if no company is given."""
        first, last = self._faker.unique.first_name(), self._faker.unique.last_name()
        domain = works_at.domain if works_at else f"{_slug(last)}.example"
        return Person(first, last, f"{_slug(first)}.{_slug(last)}@{domain}")

    def phone_number(self) -> str:
        """Return a number from the range that is reserved for fictional use."""
        return f"+120255501{self._faker.unique.random_int(10, 99)}"


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
