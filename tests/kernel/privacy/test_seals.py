"""Seal and open, and find without opening (字段加密与盲索引)."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.privacy.rules import Unreadable
from quanyu.kernel.privacy.seals import BadKeys, Ring, key_id, new_key, read_key, read_ring

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
