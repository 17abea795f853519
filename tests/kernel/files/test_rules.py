"""The header of a picture, read without decoding it (文件头)."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.kernel.errors import Invalid
from quanyu.kernel.files import rules
from quanyu.kernel.keys import uuid7
from tests.kernel.files.conftest import picture


@pytest.mark.parametrize(
    ("kind", "options", "type_"),
    [
        ("JPEG", {}, "image/jpeg"),
        ("JPEG", {"progressive": True}, "image/jpeg"),
        ("JPEG", {"exif": b"Exif\0\0" + b"x" * 9_000, "icc_profile": b"p" * 70_000}, "image/jpeg"),
        ("PNG", {}, "image/png"),
        ("WEBP", {}, "image/webp"),
        ("WEBP", {"lossless": True}, "image/webp"),
        ("WEBP", {"exif": b"Exif\0\0abcd"}, "image/webp"),
    ],
)
@pytest.mark.parametrize("size", [(1, 1), (640, 480), (3, 1023)])
def test_tells_type_and_size(
    kind: str, options: dict[str, Any], type_: str, size: tuple[int, int]
) -> None:
    header = rules.check_picture(io.BytesIO(picture(kind, size, **options)), name="a")

    assert header == rules.Header(type_, *size)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7",
        b"GIF89a" + b"\0" * 40,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html><script>alert(1)</script>",
        b"MZ\x90\0",
        b"BM" + b"\0" * 60,
    ],
)
def test_refuses_what_is_no_picture_that_we_take(content: bytes) -> None:
    with pytest.raises(rules.WrongType) as refused:
        rules.check_picture(io.BytesIO(content), name="照片.jpg")

    assert str(refused.value) == "“照片.jpg”不是可接受的图片，请上传 JPEG、PNG 或 WebP"


def test_says_plainly_that_heic_is_not_taken() -> None:
    with pytest.raises(rules.WrongType) as refused:
        rules.check_picture(io.BytesIO(b"\0\0\0\x18ftypheic" + b"\0" * 40), name="IMG_1.HEIC")

    assert str(refused.value).startswith("“IMG_1.HEIC”是 HEIC 格式，暂不支持")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_refuses_a_header_that_is_cut(kind: str) -> None:
    with pytest.raises(rules.Damaged):
        rules.check_picture(io.BytesIO(picture(kind)[:14]), name="a.jpg")


def test_refuses_a_picture_that_would_unpack_to_gigabytes() -> None:
    bomb = picture("PNG")[:16] + (30_000).to_bytes(4) * 2 + b"\0" * 40

    with pytest.raises(rules.TooManyPixels) as refused:
        rules.check_picture(io.BytesIO(bomb), name="a.png")

    assert "30000×30000" in str(refused.value)


@pytest.mark.parametrize(
    "start", [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBPVP8X"]
)
@given(rest=st.binary(max_size=200))
def test_refuses_or_reads_any_bytes_and_never_fails(start: bytes, rest: bytes) -> None:
    try:
        header = rules.check_picture(io.BytesIO(start + rest), name="a")
    except Invalid:
        return

    assert header.width * header.height <= rules.MOST_PIXELS


def test_names_a_file_without_folder_or_control_characters() -> None:
    assert rules.shown_name("C:\\Users\\wang\\a\x00\u202eb.jpg") == "ab.jpg"


def test_shortens_a_long_name() -> None:
    assert len(rules.shown_name("长" * 200 + ".jpeg")) < 41


def test_spreads_ready_files_over_folders(tmp_path: Path) -> None:
    key = uuid7()

    assert rules.ready_path(tmp_path, key, rules.Size.FULL).parent.name == key.hex[-2:]
