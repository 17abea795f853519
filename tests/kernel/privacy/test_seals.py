"""Seal and open, and find without opening (字段加密与盲索引)."""

import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.privacy.rules import Unreadable
from quanyu.kernel.privacy.seals import (
    BadKeys,
    Commercial,
    Ring,
    key_id,
    new_key,
    read_key,
    read_ring,
)

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32
PLACE = "events.event.contact_phone:0199"


def ring() -> Ring:
    return Ring({1: OLD}, index_key=INDEX)


@given(text=st.text(max_size=200))
def test_opens_what_was_sealed(text: str) -> None:
    assert ring().open(ring().seal(text, place=PLACE), place=PLACE) == text


def test_never_seals_the_same_way_twice() -> None:
    assert ring().seal("13800138000", place=PLACE) != ring().seal("13800138000", place=PLACE)


def test_begins_with_its_version_and_key() -> None:
    assert ring().seal("13800138000", place=PLACE)[:2] == bytes((1, 1))


def test_stays_shut_in_another_row() -> None:
    token = ring().seal("13800138000", place=PLACE)

    with pytest.raises(Unreadable):
        ring().open(token, place="events.event.contact_phone:0200")


@pytest.mark.parametrize("position", [0, 1, 2, 13, 14, 24, -1])
def test_notices_every_changed_byte(position: int) -> None:
    token = bytearray(ring().seal("13800138000", place=PLACE))
    token[position] ^= 1

    with pytest.raises(Unreadable):
        ring().open(bytes(token), place=PLACE)


@pytest.mark.parametrize(
    "token", [b"", b"\x01", b"\x01\x01", b"\x01\x01short", b"\x02\x01" + b"x" * 40]
)
def test_says_that_a_cut_or_foreign_token_is_unreadable(token: bytes) -> None:
    with pytest.raises(Unreadable):
        ring().open(token, place=PLACE)


def test_seals_with_the_newest_key_and_opens_with_the_old() -> None:
    token = ring().seal("张三", place=PLACE)
    both = Ring({1: OLD, 2: NEW}, index_key=INDEX)

    assert (both.open(token, place=PLACE), key_id(both.seal("张三", place=PLACE))) == ("张三", 2)


def test_gives_equal_texts_of_one_column_one_digest() -> None:
    assert ring().digest("13800138000", column="a.b.phone") == ring().digest(
        "13800138000", column="a.b.phone"
    )


def test_gives_another_digest_in_another_column() -> None:
    assert ring().digest("13800138000", column="a.b.phone") != ring().digest(
        "13800138000", column="a.c.phone"
    )


def test_reads_a_key_in_base64_or_hexadecimal() -> None:
    assert (len(read_key(new_key())), read_key(OLD.hex())) == (32, OLD)


@pytest.mark.parametrize(
    "keys",
    [{}, {"0": new_key()}, {"256": new_key()}, {"one": new_key()}, {"1": "short"}, {"1": "?"}],
)
def test_refuses_missing_or_misshapen_keys(keys: dict[str, str]) -> None:
    with pytest.raises(BadKeys):
        read_ring(keys, index_key=new_key())


def test_refuses_to_go_without_an_index_key() -> None:
    with pytest.raises(BadKeys):
        read_ring({"1": new_key()}, index_key="")


def test_costs_a_few_microseconds_a_field() -> None:
    keys = ring()
    started = time.process_time()
    for _turn in range(5_000):
        keys.open(keys.seal("13800138000", place=PLACE), place=PLACE)

    assert (time.process_time() - started) / 10_000 < 20e-6


CRYPTO = ["aes", "sm"]


def two(crypto: str) -> Ring:
    """A city with two keys."""
    return Ring({1: OLD, 2: NEW}, index_key=INDEX, crypto=crypto)


@pytest.mark.parametrize("crypto", CRYPTO)
@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
def test_opens_what_it_sealed_by_either_provider(crypto: str, text: str) -> None:
    assert two(crypto).open(two(crypto).seal(text, place=PLACE), place=PLACE) == text


@pytest.mark.parametrize(("crypto", "header"), [("aes", b"\x01\x02"), ("sm", b"\x02\x02")])
def test_begins_with_provider_and_key(crypto: str, header: bytes) -> None:
    assert two(crypto).seal("张三", place=PLACE)[:2] == header


@pytest.mark.parametrize("crypto", CRYPTO)
def test_opens_what_the_other_provider_sealed(crypto: str) -> None:
    tokens = [two(other).seal("张三", place=PLACE) for other in CRYPTO]

    assert [two(crypto).open(token, place=PLACE) for token in tokens] == ["张三", "张三"]


@pytest.mark.parametrize("crypto", CRYPTO)
@given(at=st.integers(0, 40), bit=st.integers(0, 7))
def test_refuses_a_token_with_any_bit_changed(crypto: str, at: int, bit: int) -> None:
    token = bytearray(two(crypto).seal("13800138000", place=PLACE))
    token[at] ^= 1 << bit

    with pytest.raises(Unreadable):
        two(crypto).open(bytes(token), place=PLACE)


def test_refuses_a_provider_that_it_does_not_know() -> None:
    with pytest.raises(BadKeys, match="aes, sm"):
        two("des")


@pytest.mark.parametrize("crypto", CRYPTO)
def test_finds_what_was_indexed_under_any_key_and_provider(crypto: str) -> None:
    rings = [Ring({1: OLD}, index_key=INDEX, crypto=other) for other in CRYPTO]
    rings += [two(other) for other in CRYPTO]
    made = {ring.digest("13800138000", column="a.b.phone") for ring in rings}

    assert set(two(crypto).digests("13800138000", column="a.b.phone")) == made
    assert len(made) == 4


def test_knows_an_index_that_is_made_as_they_are_made_now() -> None:
    first, now = Ring({1: OLD}, index_key=INDEX), two("sm")
    digests = [ring.digest("13800138000", column="a.b.phone") for ring in (first, now)]

    assert [now.is_current(digest) for digest in digests] == [False, True]
    assert [first.is_current(digest) for digest in digests] == [True, False]


def test_keeps_marks_of_what_is_not_kept_whatever_the_key() -> None:
    first, now = Ring({1: OLD}, index_key=INDEX), two("sm")

    assert first.marks("0000", column="a.b.code")[0] in now.marks("0000", column="a.b.code")
    assert now.marks("0000", column="a.b.code")[0] in first.marks("0000", column="a.b.code")


def test_sm3_gives_the_standards_vectors() -> None:
    texts = {
        b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    }

    assert {text: _sm3(text) for text in texts} == texts


def test_sm4_gives_the_standards_vector() -> None:
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    worker = Cipher(algorithms.SM4(block), modes.ECB()).encryptor()  # noqa: S305 (one block)

    assert worker.update(block).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_in_gcm_gives_the_vector_of_rfc_8998() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    bound = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    text = b"".join(bytes.fromhex(2 * sign) * 8 for sign in "ABCDEFEA")
    worker = Cipher(
        algorithms.SM4(key), modes.GCM(bytes.fromhex("00001234567800000000abcd"))
    ).encryptor()
    worker.authenticate_additional_data(bound)

    sealed = worker.update(text) + worker.finalize()
    assert sealed[:16].hex() == "17f399f08c67d5ee19d0dc9969c4bb7d"
    assert worker.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


def test_hashes_with_a_key_by_sm3_as_the_definition_says() -> None:
    key = INDEX.ljust(64, b"\0")
    inner = bytes(byte ^ 0x36 for byte in key)
    outer = bytes(byte ^ 0x5C for byte in key)

    assert Commercial(INDEX).mac(b"abc").hex() == _sm3(outer + bytes.fromhex(_sm3(inner + b"abc")))


def _sm3(text: bytes) -> str:
    worker = hashes.Hash(hashes.SM3())
    worker.update(text)
    return worker.finalize().hex()
