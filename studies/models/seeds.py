"""Seeds as rows keep them."""

import secrets


def new_seed() -> int:
    return secrets.randbits(62)
