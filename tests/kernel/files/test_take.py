"""Take keeps an upload by its content until the worker makes it anew (收下附件)."""

import io
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.audit.models import Record
from quanyu.kernel.files import actions, queries, rules
from quanyu.kernel.files.models import File
from tests.kernel.files.conftest import OWNER, picture, upload

pytestmark = pytest.mark.django_db


def test_keeps_what_the_content_tells(reader: Actor, at: datetime) -> None:
    content = picture("PNG", (30, 20))

    file = actions.take(
        upload(content, "a.exe"), owner=OWNER, purpose="report", actor=reader, at=at
    )

    assert (file.owner, file.original_type, file.original_size, file.state, file.taken_by) == (
        OWNER,
        "image/png",
        len(content),
        "waiting",
        reader.id,
    )


def test_has_the_raw_upload_on_the_disk_before_the_row(
    reader: Actor, at: datetime, home: Path
) -> None:
    content = picture()

    file = actions.take(upload(content), owner=OWNER, purpose="report", actor=reader, at=at)

    assert (home / "files/waiting" / str(file.pk)).read_bytes() == content


def test_takes_a_plain_stream_into_a_given_folder(
    reader: Actor, at: datetime, tmp_path: Path
) -> None:
    file = actions.take(
        io.BytesIO(picture()),
        owner=OWNER,
        purpose="report",
        actor=reader,
        at=at,
        folder=tmp_path / "else",
    )

    assert (tmp_path / "else/waiting" / str(file.pk)).exists()


def test_defers_one_job_and_leaves_one_record_for_all(reader: Actor, at: datetime) -> None:
    uploads = [upload(picture()) for _turn in range(3)]

    actions.take_all(uploads, owner=OWNER, purpose="report", actor=reader, at=at)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%files.jobs.make'"
        )
        jobs = cursor.fetchone()[0]
    assert (jobs, Record.objects.filter(topic="files.take", subject=OWNER).count()) == (1, 1)


def test_takes_six_in_as_many_statements_as_one(reader: Actor, at: datetime) -> None:
    counts = []
    for number in (1, 6):
        uploads = [upload(picture()) for _turn in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as counted:
            actions.take_all(
                uploads, owner=f"tests.matter:{uuid4()}", purpose="report", actor=reader, at=at
            )
        counts.append(len(counted))

    assert counts[0] == counts[1]


def test_does_not_keep_the_name_of_the_file(reader: Actor, at: datetime) -> None:
    file = actions.take(
        upload(picture(), "王小明身份证.jpg"), owner=OWNER, purpose="report", actor=reader, at=at
    )

    assert "王小明" not in str(File.objects.filter(pk=file.pk).values().get())


def test_refuses_the_seventh_file_of_one_act(reader: Actor, at: datetime) -> None:
    uploads = [upload(picture()) for _turn in range(6)]
    actions.take_all(uploads, owner=OWNER, purpose="report", actor=reader, at=at)

    with pytest.raises(rules.TooManyFiles) as refused:
        actions.take(upload(picture()), owner=OWNER, purpose="report", actor=reader, at=at)

    assert str(refused.value) == "最多上传 6 个文件，已有 6 个，本次选择了 1 个"


def test_counts_each_act_by_itself(reader: Actor, at: datetime, owner: Any) -> None:
    uploads = [upload(picture()) for _turn in range(6)]
    actions.take_all(uploads, owner=OWNER, purpose="report", actor=reader, at=at)

    actions.take(upload(picture()), owner=OWNER, purpose="handle", actor=reader, at=at)

    assert len(queries.of(owner)) == 7


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", rules.Damaged),
        (b"%PDF-1.7", rules.WrongType),
        (b"\xff\xd8\xff\xe0", rules.Damaged),
    ],
)
def test_leaves_nothing_of_a_refused_upload(
    reader: Actor, at: datetime, home: Path, content: bytes, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        actions.take(upload(content), owner=OWNER, purpose="report", actor=reader, at=at)

    assert list(home.rglob("waiting/*")) == []
    assert not File.objects.exists()


def test_names_the_file_and_the_limit_it_passes(reader: Actor, at: datetime, settings: Any) -> None:
    settings.QUANYU_FILE_BYTES = 2**20
    big = upload(picture() + b"\0" * 2**20, "大图.jpg")

    with pytest.raises(rules.TooLarge) as refused:
        actions.take(big, owner=OWNER, purpose="report", actor=reader, at=at)

    assert str(refused.value) == "文件“大图.jpg”超过 1 MB，请压缩后再上传"


def test_stops_copying_a_stream_of_unknown_length(
    reader: Actor, at: datetime, settings: Any
) -> None:
    settings.QUANYU_FILE_BYTES = 2**20
    endless = io.BytesIO(picture() + b"\0" * 20 * 2**20)

    with pytest.raises(rules.TooLarge):
        actions.take(endless, owner=OWNER, purpose="report", actor=reader, at=at)

    assert endless.tell() < 2 * 2**20
