"""A home for files, some pictures, and a domain that opens them to one person (附件测试)."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from quanyu.kernel.access.rules import Actor, ActorKind
from quanyu.kernel.files import queries
from quanyu.kernel.files.models import File

OWNER = "tests.matter:01990000-0000-7000-8000-0000000000aa"
Take = Callable[..., SimpleUploadedFile]


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any
) -> bytes:
    """Return a small picture with two halves, so that turning it shows."""
    image = Image.new(mode, size)
    image.paste(Image.new(mode, (size[0] // 2, size[1]), "white"))
    whole = io.BytesIO()
    image.save(whole, kind, **options)
    return whole.getvalue()


def upload(content: bytes, name: str = "井盖.jpg") -> SimpleUploadedFile:
    """Return what a browser sends; its word about the type counts nothing."""
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    """Keep the files of each test apart."""
    settings.QUANYU_HOME = tmp_path
    return tmp_path


@pytest.fixture
def owner() -> UUID:
    """The key of the row that the files belong to."""
    return UUID(OWNER.partition(":")[2])


@pytest.fixture
def reader() -> Actor:
    """The one person whom the domain lets see."""
    return Actor(ActorKind.PERSON, id=UUID("01990000-0000-7000-8000-0000000000b1"))


@pytest.fixture
def other() -> Actor:
    """Somebody else."""
    return Actor(ActorKind.PERSON, id=UUID("01990000-0000-7000-8000-0000000000b2"))


@pytest.fixture
def domain(reader: Actor) -> Iterator[None]:
    """A domain that answers for its own files."""

    @queries.may_open.answered_by
    def answer(file: File, actor: Actor) -> bool:
        return file.owner_type == "tests.matter" and actor.id == reader.id

    yield
    queries.may_open.answers.remove(answer)
