"""What goes over the line: one length for all arms, and no byte that comes twice but by chance."""

import uuid

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.blinding.masking import mask, padding_of, sent_bytes, unmask

FILE = b"RIFF" + bytes(range(256)) * 40


@given(st.binary(max_size=2000), st.uuids(), st.integers(0, 50))
def test_the_file_comes_out_whole(file, token, more):
    length = sent_bytes(len(file) + more)
    body = mask(file, token, length)
    assert len(body) == length
    assert length % 1024 == 0
    assert unmask(body, token) == file
    assert not any(padding_of(body, token))


def test_two_showings_of_one_picture_share_bytes_by_chance_only():
    one, other = (np.frombuffer(mask(FILE, uuid.uuid4(), 20_480), np.uint8) for _ in range(2))
    assert abs((one == other).mean() - 1 / 256) < 5 * (1 / 256 / 20_480) ** 0.5
    # Not in other places either.
    blocks = [{body[at : at + 8] for at in range(len(body) - 7)} for body in (one.tobytes(), other.tobytes())]
    assert not blocks[0] & blocks[1]


def test_the_keystream_is_that_of_rfc_8439():
    """Appendix A.1, vector 1: a key of zeros, counter and nonce zero."""
    body = mask(b"", uuid.UUID(int=0), 1024)
    assert body[:16].hex() == "76b8e0ada0f13d90405d6ae55386bd28"


def test_a_file_that_does_not_fit_or_did_not_come_whole_is_refused():
    token = uuid.uuid4()
    with pytest.raises(ValueError, match="does not fit"):
        mask(b"x" * 1021, token, 1024)
    body = mask(FILE, token, 20_480)
    for torso in (b"", body[:3], body[:5000]):
        with pytest.raises(ValueError, match="cut off"):
            unmask(torso, token)
