"""RSA keys for tests. A new one takes 50 ms of CPU, so there are eight for each process, used in turn."""

import itertools
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa

_numbers = itertools.cycle(range(8))


@cache
def _key(_number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def rsa_key() -> rsa.RSAPrivateKey:
    """Return a key that differs from the last seven."""
    return _key(next(_numbers))
