"""What a picture is, by its content, and which are taken. Only headers are read here.

The web process never decodes a picture: it reads type and size from the first bytes and walks
the segments. Decoding is the worker's, see ``engine``.
"""

import struct
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from quanyu.kernel.errors import Invalid
from quanyu.kernel.errors import gettext_noop as _

LONGEST_SIDE = 2560
THUMBNAIL_SIDE = 480
MOST_PIXELS = 50_000_000
"""Beyond this a small file may unpack to gigabytes; no phone takes a larger picture."""

MOST_SIDE = 20_000


class Purpose(StrEnum):
    """At which act of a matter a file was taken (用途)."""

    REPORT = "report"
    VERIFY = "verify"
    HANDLE = "handle"
    CHECK = "check"
    ANSWER = "answer"


class Size(StrEnum):
    """In which size a picture is shown (尺寸)."""

    FULL = "full"
    THUMBNAIL = "thumb"


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes of a picture tell (文件头)."""

    type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Made:
    """What the worker made of a raw upload: two new pictures, not yet in their place."""

    full: Path
    thumbnail: Path
    width: int
    height: int


class TooLarge(Invalid):
    """One file is larger than the limit (文件过大)."""


class TooManyFiles(Invalid):
    """More files than one act may bring (文件过多)."""


class WrongType(Invalid):
    """By its content this is none of the types that are taken (文件类型不符)."""


class TooManyPixels(Invalid):
    """The picture would unpack to more than we decode (图片尺寸过大)."""


class Damaged(Invalid):
    """The picture cannot be read (图片损坏)."""


TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WebP"}
_HEIF = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"mif1", b"msf1", b"avif"})
_SHORT = 32


def check_count(held: int, coming: int, *, most: int) -> None:
    """Refuse more files than one act may bring.

    :raises TooManyFiles: if there would be more than ``most``
    """
    if held + coming > most:
        raise TooManyFiles(
            _("最多上传 {most} 个文件，已有 {held} 个，本次选择了 {coming} 个"),
            field="photos",
            most=most,
            held=held,
            coming=coming,
        )


def check_bytes(size: int, *, name: str, most: int) -> None:
    """Refuse an empty file and one over the limit.

    :raises Damaged: if it is empty
    :raises TooLarge: if it has more than ``most`` bytes
    """
    if size == 0:
        raise Damaged(_("文件“{name}”是空的"), field="photos", name=name)
    if size > most:
        raise TooLarge(
            _("文件“{name}”超过 {most} MB，请压缩后再上传"),
            field="photos",
            name=name,
            most=most // 2**20,
        )


def check_picture(source: BinaryIO, *, name: str) -> Header:
    """Return what the header of a picture tells; its name and the sender's word count nothing.

    :raises WrongType: if it is no JPEG, PNG or WebP by content
    :raises Damaged: if its header is cut or senseless
    :raises TooManyPixels: if it would unpack to more than we decode
    """
    source.seek(0)
    start = source.read(_SHORT)
    header = _header(source, start)
    if header is None:
        raise _not_taken(start, name)
    if not header.width or not header.height:
        raise Damaged(_("图片“{name}”已损坏，无法读取"), field="photos", name=name)
    if header.width * header.height > MOST_PIXELS or max(header.width, header.height) > MOST_SIDE:
        raise TooManyPixels(
            _("图片“{name}”尺寸 {width}×{height} 过大，最多 {most} 万像素"),
            field="photos",
            name=name,
            width=header.width,
            height=header.height,
            most=MOST_PIXELS // 10_000,
        )
    return header


def shown_name(name: str) -> str:
    """Return a file name fit for a sentence: no folder, no control character, not long."""
    bare = "".join(sign for sign in name.replace("\\", "/").split("/")[-1] if sign.isprintable())
    return bare if len(bare) <= 40 else f"{bare[:30]}…{bare[-8:]}"


def waiting_path(root: Path, key: UUID) -> Path:
    """Return where the raw upload lies until it is re-encoded; never served."""
    return root / "waiting" / str(key)


def ready_path(root: Path, key: UUID, size: Size) -> Path:
    """Return where the re-encoded picture lies, spread over 256 folders."""
    return root / "ready" / key.hex[-2:] / f"{key}-{size.value}.jpg"


def _header(source: BinaryIO, start: bytes) -> Header | None:
    try:
        if start.startswith(b"\xff\xd8\xff"):
            return Header("image/jpeg", *_jpeg_size(source))
        if start.startswith(b"\x89PNG\r\n\x1a\n"):
            return Header("image/png", *_png_size(start))
        if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
            return Header("image/webp", *_webp_size(start))
    except (struct.error, IndexError):
        return Header("", 0, 0)
    return None


def _not_taken(start: bytes, name: str) -> WrongType:
    if start[4:8] == b"ftyp" and start[8:12] in _HEIF:
        return WrongType(
            _(
                "“{name}”是 HEIC 格式，暂不支持；"
                "请在手机相机设置中选“兼容性最佳”，或转成 JPEG 再上传"
            ),
            field="photos",
            name=name,
            allowed=tuple(TYPES.values()),
        )
    return WrongType(
        _("“{name}”不是可接受的图片，请上传 JPEG、PNG 或 WebP"),
        field="photos",
        name=name,
        allowed=tuple(TYPES.values()),
    )


def _jpeg_size(source: BinaryIO) -> tuple[int, int]:
    """Walk the segments up to the frame header (ITU-T T.81, B.1.1.4 and B.2.2)."""
    source.seek(2)
    for _segment in range(400):
        marker = _next_marker(source)
        length = struct.unpack(">H", source.read(2))[0]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">xHH", source.read(5))
            return width, height
        if marker == 0xDA or length < 2:
            break
        source.seek(length - 2, 1)
    raise IndexError


def _next_marker(source: BinaryIO) -> int:
    if source.read(1) != b"\xff":
        raise IndexError
    marker = 0xFF
    while marker == 0xFF:
        marker = source.read(1)[0]
    return marker


def _png_size(start: bytes) -> tuple[int, int]:
    if start[12:16] != b"IHDR":
        raise IndexError
    width, height = struct.unpack(">II", start[16:24])
    return width, height


def _webp_size(start: bytes) -> tuple[int, int]:
    """Read the three kinds of WebP (RFC 9649): lossy, lossless, extended."""
    kind = start[12:16]
    if kind == b"VP8 " and start[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", start[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and start[20] == 0x2F:
        bits = struct.unpack("<I", start[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        width = int.from_bytes(start[24:27], "little") + 1
        return width, int.from_bytes(start[27:30], "little") + 1
    raise IndexError
