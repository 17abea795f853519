"""A photo is shown to whom its domain lets see it, and to nobody else (查看附件)."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import RequestFactory

from quanyu.kernel.access.rules import Actor
from quanyu.kernel.errors import Denied
from quanyu.kernel.files import actions, jobs, pages, queries
from quanyu.kernel.files.models import File
from tests.kernel.files.conftest import OWNER, picture, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(reader: Actor, at: datetime) -> File:
    """A photo that the worker has not made yet."""
    return actions.take(upload(picture()), owner=OWNER, purpose="report", actor=reader, at=at)


@pytest.fixture
def ready(waiting: File, at: datetime) -> File:
    """A photo that can be shown."""
    jobs.make(waiting.pk, at)
    waiting.refresh_from_db()
    return waiting


def ask(file: File, actor: Actor, size: str = "full", **headers: str) -> Any:
    request = RequestFactory().get("/", headers=headers)
    return pages.photo(request, file.pk, size, actor=actor)


@pytest.mark.parametrize("size", ["full", "thumb"])
def test_gives_the_picture(domain: None, ready: File, reader: Actor, size: str) -> None:
    answer = ask(ready, reader, size)

    content = b"".join(answer.streaming_content)
    answer.close()
    assert (content[:3], answer["Content-Type"]) == (b"\xff\xd8\xff", "image/jpeg")


def test_bears_hash_type_and_privacy_in_its_headers(
    domain: None, ready: File, reader: Actor
) -> None:
    answer = ask(ready, reader)
    answer.close()

    names = ("ETag", "Cache-Control", "X-Content-Type-Options", "Content-Disposition")
    assert [answer[name] for name in names] == [
        f'"{ready.sha256}-full"',
        "private, no-cache",
        "nosniff",
        "inline",
    ]


def test_is_not_sent_again_unchanged(domain: None, ready: File, reader: Actor) -> None:
    answer = ask(ready, reader, if_none_match=f'"{ready.sha256}-full"')

    assert (answer.status_code, answer["ETag"]) == (304, f'"{ready.sha256}-full"')


def test_is_hidden_from_others_even_if_they_know_its_hash(
    domain: None, ready: File, other: Actor
) -> None:
    with pytest.raises(Denied):
        ask(ready, other, if_none_match=f'"{ready.sha256}-full"')


def test_is_hidden_when_no_domain_answers(ready: File, reader: Actor) -> None:
    with pytest.raises(Denied):
        queries.openable(ready.pk, actor=reader)


def test_is_hidden_until_it_is_made(domain: None, waiting: File, reader: Actor) -> None:
    with pytest.raises(Denied):
        ask(waiting, reader)


def test_a_missing_one_looks_the_same(domain: None, reader: Actor) -> None:
    with pytest.raises(Denied):
        queries.openable(uuid4(), actor=reader)


def test_knows_two_sizes_only(domain: None, ready: File, reader: Actor) -> None:
    with pytest.raises(Denied):
        ask(ready, reader, "../../keys")


def test_lists_the_ready_files_of_many_rows(ready: File, owner: Any) -> None:
    assert queries.of_all([owner, uuid4()]) == {owner: [ready]}


def test_an_upload_flows_to_the_disk(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["quanyu.kernel.files.uploads.ToDisk"]
    request = RequestFactory().post("/", {"photos": upload(picture())})

    arrived = request.FILES["photos"]

    assert isinstance(arrived, TemporaryUploadedFile)
    assert arrived.read() == picture()
    arrived.close()


def test_an_upload_over_the_limit_is_counted_and_not_kept(settings: Any) -> None:
    settings.FILE_UPLOAD_HANDLERS = ["quanyu.kernel.files.uploads.ToDisk"]
    settings.QUANYU_FILE_BYTES = 100_000
    request = RequestFactory().post("/", {"photos": upload(b"x" * 900_000)})

    arrived: Any = request.FILES["photos"]

    kept = Path(arrived.temporary_file_path()).stat().st_size
    arrived.close()
    assert (arrived.size, kept <= 100_000) == (900_000, True)
