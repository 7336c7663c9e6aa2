"""The host names that are taken over."""

from collections.abc import Iterable

from mockstytch.dev_tls import STYTCH_HOSTS


class TakenHosts:
    """The host names of the real service, and the domains of the project.

    Args:
        domains: host names of the project, such as ``login.example.com``.
    """

    def __init__(self, domains: Iterable[str] = ()) -> None:
        self.names = tuple(dict.fromkeys((*STYTCH_HOSTS, *(name.lower().rstrip(".") for name in domains))))

    def __contains__(self, host: object) -> bool:
        return isinstance(host, str) and host.lower().rstrip(".") in self.names
