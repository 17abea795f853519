"""Seal a text so that only this house opens it, and only in its own place (字段加密).

A token is: version byte, key number, 12 bytes of nonce, cipher text with its tag. Version 1 is
AES-256-GCM, 2 is SM4-GCM: a column may hold both while a city changes over. A blind index bears
the same two bytes, except the first kind, HMAC-SHA256 under the index key, which bears none.
No Django: keys are arguments.
"""

import base64
import binascii
import hmac
import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy.rules import Unreadable

KEY_BYTES = 32
NONCE_BYTES = 12
HEADER_BYTES = 2
TAG_BYTES = 16
MAC_BYTES = 32
INDEX_KEY = 0
"""The number under which a keyed hash names the index key itself; field keys count from 1."""
UNREADABLE = _("该字段无法解密：密钥缺失，或内容被改动")


class BadKeys(ValueError):
    """The keys given cannot seal (密钥配置有误)."""


class CryptoProvider(Protocol):
    """One set of algorithms: a cipher that authenticates, and a keyed hash (密码算法)."""

    def seal(self, nonce: bytes, text: bytes, bound: bytes) -> bytes:
        """Return the cipher text with its tag; ``bound`` must be the same to open it."""

    def open(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return the text.

        :raises InvalidTag: if anything was changed
        """

    def mac(self, text: bytes) -> bytes:
        """Return the keyed hash."""


class International:
    """AES-256-GCM and HMAC-SHA256."""

    def __init__(self, key: bytes) -> None:
        self._key, self._cipher = key, AESGCM(key)

    def seal(self, nonce: bytes, text: bytes, bound: bytes) -> bytes:
        """Return the cipher text with its tag."""
        return self._cipher.encrypt(nonce, text, bound)

    def open(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return the text."""
        return self._cipher.decrypt(nonce, sealed, bound)

    def mac(self, text: bytes) -> bytes:
        """Return HMAC-SHA256."""
        return hmac.digest(self._key, text, "sha256")


class Commercial:
    """SM4-GCM and HMAC-SM3: GB/T 32907, GB/T 32905 (国密). SM4 has keys of 16 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = algorithms.SM4(self.mac(b"quanyu sm4 key")[:16])

    def seal(self, nonce: bytes, text: bytes, bound: bytes) -> bytes:
        """Return the cipher text with its tag."""
        worker = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        worker.authenticate_additional_data(bound)
        return worker.update(text) + worker.finalize() + worker.tag

    def open(self, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Return the text."""
        tag = sealed[-TAG_BYTES:]
        worker = Cipher(self._cipher, modes.GCM(nonce, tag)).decryptor()
        worker.authenticate_additional_data(bound)
        return worker.update(sealed[:-TAG_BYTES]) + worker.finalize()

    def mac(self, text: bytes) -> bytes:
        """Return HMAC-SM3."""
        worker = HMAC(self._key, hashes.SM3())
        worker.update(text)
        return worker.finalize()


AES_256_GCM, SM4_GCM = 1, 2
PROVIDERS: Mapping[int, type[International] | type[Commercial]] = MappingProxyType(
    {AES_256_GCM: International, SM4_GCM: Commercial}
)
VERSIONS: Mapping[str, int] = MappingProxyType({"aes": AES_256_GCM, "sm": SM4_GCM})
"""The setting QUANYU_CRYPTO, and the version byte it stands for."""


class Ring:
    """The keys of one city: the newest seals, each still opens what it sealed (密钥环)."""

    def __init__(self, keys: Mapping[int, bytes], *, index_key: bytes, crypto: str = "aes") -> None:
        if not keys or not all(1 <= number <= 255 for number in keys):
            raise BadKeys("field keys are numbered 1 to 255, and there is at least one")
        if any(len(key) != KEY_BYTES for key in (*keys.values(), index_key)):
            raise BadKeys("a field key and the index key have 32 bytes each")
        if crypto not in VERSIONS:
            raise BadKeys(f"QUANYU_CRYPTO is one of {', '.join(VERSIONS)}")
        self.numbers = tuple(sorted(keys))
        self.newest = max(keys)
        self.version = VERSIONS[crypto]
        self.header = bytes((self.version, self.newest))
        """The two bytes with which what is sealed now begins."""
        kinds = [(version, number) for version in PROVIDERS for number in self.numbers]
        self._ciphers = {bytes(kind): PROVIDERS[kind[0]](keys[kind[1]]) for kind in kinds}
        self._hashers = _hashers(keys, index_key)
        self._cipher = self._ciphers[self.header]

    def seal(self, text: str, *, place: str) -> bytes:
        """Return the token of ``text``, which opens at ``place`` (table.column:row) alone."""
        nonce = os.urandom(NONCE_BYTES)
        bound = self.header + place.encode()
        return self.header + nonce + self._cipher.seal(nonce, text.encode(), bound)

    def open(self, token: bytes, *, place: str) -> str:
        """Return the text of a token.

        :raises Unreadable: if it was sealed elsewhere, with a key not here, or was changed
        """
        header, rest = token[:HEADER_BYTES], token[HEADER_BYTES:]
        cipher = self._ciphers.get(header)
        if cipher is None or len(rest) < NONCE_BYTES + TAG_BYTES:
            raise Unreadable(UNREADABLE)
        try:
            nonce, sealed = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
            return cipher.open(nonce, sealed, header + place.encode()).decode()
        except (InvalidTag, ValueError) as fault:
            raise Unreadable(UNREADABLE) from fault

    def digest(self, text: str, *, column: str) -> bytes:
        """Return the blind index of a normal text: equal texts of one column, equal digests."""
        return self._digest(b"" if self.header == FIRST else self.header, text, column)

    def digests(self, text: str, *, column: str) -> list[bytes]:
        """Return every blind index under which this text may still stand, the newest first."""
        made = self.digest(text, column=column)
        older = [
            self._digest(header, text, column) for header in self._hashers if header[1:] != b"\0"
        ]
        return [made, *(one for one in older if one != made)]

    def marks(self, text: str, *, column: str) -> list[bytes]:
        """Return the keyed hashes of a text that is not kept, the one to store first.

        Nobody can make them anew under another key, so they stay with the index key.
        """
        forms = {AES_256_GCM: b"", SM4_GCM: bytes((SM4_GCM, INDEX_KEY))}
        order = sorted(forms, key=lambda version: version != self.version)
        return [self._digest(forms[version], text, column) for version in order]

    def is_current(self, digest: bytes) -> bool:
        """Answer whether a blind index was made as they are made now."""
        return header_of(digest) == (b"" if self.header == FIRST else self.header)

    def _digest(self, header: bytes, text: str, column: str) -> bytes:
        return header + self._hashers[header].mac(f"{column}\0{text}".encode())


FIRST = bytes((AES_256_GCM, 1))
"""What the first key of a city seals begins with; blind indexes of that time bear nothing."""


def _hashers(
    keys: Mapping[int, bytes], index_key: bytes
) -> dict[bytes, International | Commercial]:
    """Return who makes which keyed hash; a key to hash is drawn from the one that seals."""
    made: dict[bytes, International | Commercial] = {
        b"": International(index_key),
        bytes((SM4_GCM, INDEX_KEY)): Commercial(index_key),
    }
    for number, key in keys.items():
        drawn = hmac.digest(key, b"quanyu blind index", "sha256")
        for version, provider in PROVIDERS.items():
            made[bytes((version, number))] = provider(drawn)
    made.pop(FIRST, None)  # the first key never made one: the index key did
    return made


def header_of(digest: bytes) -> bytes:
    """Return the two bytes by which a keyed hash names its kind and key; the first kind: none."""
    return digest[:HEADER_BYTES] if len(digest) == HEADER_BYTES + MAC_BYTES else b""


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


def read_ring(keys: Mapping[str, str], *, index_key: str, crypto: str = "aes") -> Ring:
    """Return the ring that the settings describe.

    :raises BadKeys: if a key is missing or misshapen
    """
    if not all(number.isdecimal() for number in keys):
        raise BadKeys("field keys are numbered 1 to 255")
    return Ring(
        {int(number): read_key(text) for number, text in keys.items()},
        index_key=read_key(index_key),
        crypto=crypto,
    )
