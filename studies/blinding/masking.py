"""What goes over the line in the place of a picture's file: one length, and bytes that never come twice."""

from __future__ import annotations

import struct
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

LENGTH = struct.Struct("<I")
STEP = 1024


def sent_bytes(largest: int) -> int:
    """The length of what is sent for each picture of a photo whose largest file has so many bytes."""
    return -(-(LENGTH.size + largest) // STEP) * STEP


def fits(file: bytes, length: int) -> bool:
    """Whether a file can be sent in so many bytes."""
    return LENGTH.size + len(file) <= length


def mask(file: bytes, token: UUID, length: int) -> bytes:
    """A file behind its own length, filled up to `length` bytes, and masked by the showing's keystream.

    The keystream is ChaCha20's (RFC 8439), its key the showing's address twice, counter and nonce zero.
    The mask keeps nothing secret from those who have the address: it makes the bytes of any two showings
    differ. Raises ValueError if the file does not fit.
    """
    if not fits(file, length):
        raise ValueError(f"A file of {len(file)} bytes does not fit into {length}.")
    return _masked((LENGTH.pack(len(file)) + file).ljust(length, b"\0"), token)


def unmask(body: bytes, token: UUID) -> bytes:
    """The file in what was sent for a showing; ValueError if it is not whole."""
    plain = _masked(body, token)
    if len(plain) < LENGTH.size or LENGTH.unpack_from(plain)[0] > len(plain) - LENGTH.size:
        raise ValueError("This picture is cut off, or belongs to another address.")
    return plain[LENGTH.size :][: LENGTH.unpack_from(plain)[0]]


def padding_of(body: bytes, token: UUID) -> bytes:
    """What stands behind the file in what was sent for a showing: nothing but zeros."""
    return _masked(body, token)[LENGTH.size + len(unmask(body, token)) :]


def _masked(data: bytes, token: UUID) -> bytes:
    return Cipher(ChaCha20(token.bytes * 2, bytes(16)), mode=None).encryptor().update(data)
