"""Addresses in query strings."""

import re

_ADDRESS_PARAMETER = re.compile(rb"to|([a-z_]*_)?(email|email_address|login_hint|phone_number)")
_QUOTE = re.compile(rb"""("|%22)""")


def with_plus_in_addresses(query: bytes) -> bytes:
    """Return a query string in which a blank or ``+`` in an e-mail address or phone number means a plus.

    Elsewhere ``+`` means a blank. These values have no blanks, so ``to=ada+1@acme.example`` must mean a plus.
    """
    parameters = []
    for parameter in query.split(b"&"):
        name, equals, value = parameter.partition(b"=")
        if _ADDRESS_PARAMETER.fullmatch(name):
            value = value.replace(b"%20", b" ").strip().replace(b" ", b"+").replace(b"+", b"%2B")
        elif name == b"filter":  # SCIM: filter=userName eq "ada+1@acme.example"
            texts = _QUOTE.split(value)  # with the quotes in between: every fourth one is the inside of quotes
            texts[2::4] = [text.replace(b"+", b"%2B") if _is_address(text) else text for text in texts[2::4]]
            value = b"".join(texts)
        parameters.append(name + equals + value)
    return b"&".join(parameters)


def _is_address(text: bytes) -> bool:
    """Return whether a text is an address: one ``@``, and no ``+`` around or after it."""
    local_part, _, domain = text.replace(b"%40", b"@").partition(b"@")
    return bool(domain) and b"@" not in domain and b"+" not in (domain + local_part[:1] + local_part[-1:])
