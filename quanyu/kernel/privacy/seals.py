"""Seal a text so that only this house opens it, and only in its own place (字段加密).

A token is: version byte, key id byte, 12 bytes of nonce, cipher text with its tag. Version 1 is
AES-256-GCM; 2 is kept for SM4-GCM, so that a column may hold both while it is changed over.
No Django: keys are arguments.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy.rules import Unreadable

AES_256_GCM = 1
KEY_BYTES = 32
NONCE_BYTES = 12
HEADER_BYTES = 2
UNREADABLE = _("该字段无法解密：密钥缺失，或内容被改动")


class BadKeys(ValueError):
    """The keys given cannot seal (密钥配置有误)."""


class Ring:
    """The keys of one city: the newest seals, each still opens what it sealed (密钥环)."""

    def __init__(self, keys: Mapping[int, bytes], *, index_key: bytes) -> None:
        if not keys or not all(1 <= number <= 255 for number in keys):
            raise BadKeys("field keys are numbered 1 to 255, and there is at least one")
        if any(len(key) != KEY_BYTES for key in (*keys.values(), index_key)):
            raise BadKeys("a field key and the index key have 32 bytes each")
        self.newest = max(keys)
        self._header = bytes((AES_256_GCM, self.newest))
        self._ciphers = {number: AESGCM(key) for number, key in keys.items()}
        self._index_key = index_key

    def seal(self, text: str, *, place: str) -> bytes:
        """Return the token of ``text``, which opens at ``place`` (table.column:row) alone."""
        nonce = os.urandom(NONCE_BYTES)
        bound = self._header + place.encode()
        return (
            self._header + nonce + self._ciphers[self.newest].encrypt(nonce, text.encode(), bound)
        )

    def open(self, token: bytes, *, place: str) -> str:
        """Return the text of a token.

        :raises Unreadable: if it was sealed elsewhere, with a key not here, or was changed
        """
        header, rest = token[:HEADER_BYTES], token[HEADER_BYTES:]
        cipher = self._ciphers.get(header[1]) if header[:1] == b"\x01" and rest else None
        if cipher is None:
            raise Unreadable(UNREADABLE)
        try:
            nonce, sealed = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
            return cipher.decrypt(nonce, sealed, header + place.encode()).decode()
        except (InvalidTag, ValueError) as fault:
            raise Unreadable(UNREADABLE) from fault

    def digest(self, text: str, *, column: str) -> bytes:
        """Return the blind index of a normal text: equal texts of one column, equal digests."""
        return hmac.digest(self._index_key, f"{column}\0{text}".encode(), "sha256")


def key_id(token: bytes) -> int:
    """Return the number of the key that sealed a token."""
    return token[1]


def new_key() -> str:
    """Return a fresh key, written as the settings hold it."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def read_key(text: str) -> bytes:
    """Return the bytes of a key written in base64 or in 64 hexadecimal digits.

    :raises BadKeys: if it is neither, or not of 32 bytes
    """
    try:
        hexadecimal = len(text) == 2 * KEY_BYTES
        key = bytes.fromhex(text) if hexadecimal else base64.urlsafe_b64decode(text.encode())
    except (ValueError, binascii.Error) as fault:
        raise BadKeys("a key is written in base64 or hexadecimal digits") from fault
    if len(key) != KEY_BYTES:
        raise BadKeys("a key has 32 bytes")
    return key


def read_ring(keys: Mapping[str, str], *, index_key: str) -> Ring:
    """Return the ring that the settings describe.

    :raises BadKeys: if a key is missing or misshapen
    """
    if not all(number.isdecimal() for number in keys):
        raise BadKeys("field keys are numbered 1 to 255")
    return Ring(
        {int(number): read_key(text) for number, text in keys.items()},
        index_key=read_key(index_key),
    )
