"""Make gives a new picture without what the camera wrote into it (重制图片)."""

import io
import os
import shutil
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from PIL import Image, ImageCms

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.files import actions, engine, jobs, queries, rules
from quanyu.kernel.files.models import File
from quanyu.kernel.files.rules import Size
from tests.kernel.files.conftest import OWNER, picture, upload

pytestmark = pytest.mark.django_db(transaction=True)


def taken(content: bytes, actor: Actor, at: datetime) -> File:
    return actions.take(upload(content), owner=OWNER, purpose="report", actor=actor, at=at)


def made(content: bytes, actor: Actor, at: datetime) -> File:
    file = taken(content, actor, at)
    jobs.make(file.pk, at)
    file.refresh_from_db()
    return file


def shown(file: File, size: Size = Size.FULL) -> Image.Image:
    with Image.open(queries.stored(file, size)) as image:
        image.load()
    return image


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (31.0, 49.0, 12.0)
    return picture(exif=exif)


def test_says_size_type_and_hash(reader: Actor, at: datetime) -> None:
    file = made(picture(size=(600, 400)), reader, at)

    stored = queries.stored(file, Size.FULL)
    assert (file.state, file.type, file.width, file.height) == ("ready", "image/jpeg", 600, 400)
    assert (file.size, len(file.sha256)) == (stored.stat().st_size, 64)


def test_drops_exif_and_place(reader: Actor, at: datetime) -> None:
    file = made(with_exif(1), reader, at)

    content = queries.stored(file, Size.FULL).read_bytes()
    assert (dict(shown(file).getexif()), b"Exif" in content, b"PhoneMaker" in content) == (
        {},
        False,
        False,
    )


def test_turns_the_picture_upright(reader: Actor, at: datetime) -> None:
    file = made(with_exif(6), reader, at)

    assert (file.width, file.height) == (48, 64)
    assert shown(file).getpixel((24, 4)) == (255, 255, 255)


def test_keeps_no_side_over_the_limit(reader: Actor, at: datetime) -> None:
    file = made(picture(size=(4000, 1000)), reader, at)

    assert (shown(file).size, shown(file, Size.THUMBNAIL).size) == ((2560, 640), (480, 120))


def test_puts_what_is_transparent_on_white(reader: Actor, at: datetime) -> None:
    file = made(picture("PNG", mode="RGBA"), reader, at)

    assert shown(file).getpixel((60, 24)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "1"), ("PNG", "L"), ("PNG", "P"), ("PNG", "I;16"), ("JPEG", "CMYK"), ("WEBP", "RGBA")],
)
def test_makes_every_mode(reader: Actor, at: datetime, kind: str, mode: str) -> None:
    whole = io.BytesIO()
    Image.new(mode, (32, 32)).save(whole, kind)

    assert shown(made(whole.getvalue(), reader, at)).mode == "RGB"


def test_bears_a_broken_colour_profile(reader: Actor, at: datetime) -> None:
    assert made(picture(icc_profile=b"no profile at all"), reader, at).state == "ready"


def test_turns_a_colour_profile_into_that_of_the_web(reader: Actor, at: datetime) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    file = made(picture(icc_profile=profile), reader, at)

    assert "icc_profile" not in shown(file).info


def test_deletes_the_raw_upload(reader: Actor, at: datetime, home: Path) -> None:
    made(picture(), reader, at)

    assert (list(home.rglob("waiting/*")), list(home.rglob("making/*"))) == ([], [])


def test_refuses_a_picture_that_is_cut(reader: Actor, at: datetime, home: Path) -> None:
    file = made(picture(size=(400, 400))[:700], reader, at)

    assert (file.state, file.reason, list(home.rglob("waiting/*"))) == ("refused", "damaged", [])


def test_refuses_a_picture_whose_upload_is_gone(reader: Actor, at: datetime, home: Path) -> None:
    file = taken(picture(), reader, at)
    shutil.rmtree(home / "files/waiting")

    jobs.make(file.pk, at)

    file.refresh_from_db()
    assert (file.state, file.reason) == ("refused", "missing")


def test_makes_all_pictures_of_the_row_though_one_is_bad(
    reader: Actor, at: datetime, owner: Any
) -> None:
    contents = [picture(), picture(size=(400, 400))[:700], picture()]
    files = actions.take_all(
        [upload(content) for content in contents],
        owner=OWNER,
        purpose="report",
        actor=reader,
        at=at,
    )

    jobs.make(files[0].pk, at)

    assert [file.state for file in queries.of(owner)] == ["ready", "refused", "ready"]


def test_changes_nothing_when_repeated(reader: Actor, at: datetime) -> None:
    file = made(picture(), reader, at)
    before = File.objects.filter(pk=file.pk).values().get()

    jobs.make(file.pk, at)

    assert File.objects.filter(pk=file.pk).values().get() == before


def test_gives_the_same_picture_when_killed_before_its_commit(reader: Actor, at: datetime) -> None:
    file = made(picture(), reader, at)
    first = file.sha256
    rules.waiting_path(queries.root(), file.pk).write_bytes(picture())
    File.objects.filter(pk=file.pk).update(state="waiting", sha256="")

    jobs.make(file.pk, at)

    file.refresh_from_db()
    assert (file.state, file.sha256) == ("ready", first)


def test_two_workers_at_once_make_one_picture(reader: Actor, at: datetime) -> None:
    file = taken(picture(), reader, at)

    def work() -> None:
        try:
            jobs.make(file.pk, at)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _turn in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    file.refresh_from_db()
    assert (file.state, shown(file).size) == ("ready", (64, 48))


def test_brings_back_a_file_whose_job_was_lost(reader: Actor, at: datetime) -> None:
    taken(picture(), reader, at)
    later = at + timedelta(minutes=11)

    assert (actions.resume(at=at), actions.resume(at=later)) == (0, 1)


def test_sweeps_uploads_that_nothing_needs(reader: Actor, at: datetime, home: Path) -> None:
    needed = rules.waiting_path(queries.root(), taken(picture(), reader, at).pk)
    orphan = rules.waiting_path(queries.root(), reader.id or needed)  # type: ignore[arg-type]
    orphan.write_bytes(b"x")
    fresh = home / "files/waiting/fresh"
    fresh.write_bytes(b"x")
    os.utime(needed, (at.timestamp() - 90_000,) * 2)
    os.utime(orphan, (at.timestamp() - 90_000,) * 2)
    os.utime(fresh, (at.timestamp() - 60,) * 2)

    swept = actions.sweep(actor=reader, at=at)

    assert (swept, needed.exists(), orphan.exists(), fresh.exists()) == (1, True, False, True)


def test_the_web_process_loads_no_decoder() -> None:
    code = (
        "import django, os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'quanyu.project.settings';"
        "django.setup(); import quanyu.kernel.files.pages, quanyu.kernel.files.actions;"
        "sys.exit('PIL.Image' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)

    assert done.returncode == 0, done.stderr.decode()


def test_tries_again_when_the_disk_and_not_the_picture_is_at_fault(
    reader: Actor, at: datetime, tmp_path: Path
) -> None:
    raw = rules.waiting_path(queries.root(), taken(picture(), reader, at).pk)

    with pytest.raises(OSError, match="No such file"):
        engine.remake(raw, folder=tmp_path / "gone")
