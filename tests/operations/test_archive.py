"""An archive is read whole or not at all: any changed, cut or odd one is refused (备份文件)."""

import hashlib
import io
import json
import subprocess
import tarfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from quanyu.kernel.operations import archive, home, target
from quanyu.kernel.operations.faults import Fault
from tests.operations import archives


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """An archive that is as it should be."""
    return archives.write(tmp_path / "whole.tar", told=archives.manifest())


def refused(path: Path) -> str:
    """Return the fault of an archive that is not taken, its home not even made."""
    new = path.parent / "new"
    with pytest.raises(Fault) as fault:
        target.check(new, file=path, url="", keys=None)
    assert not new.exists()
    return fault.value.kind


def test_gives_back_what_was_put_in(whole: Path) -> None:
    told, held = archives.opened(whole)

    assert told.rows == archives.manifest().rows
    assert {name: held[name] for name in archives.FILES} == archives.FILES


def test_is_a_plain_tar_whose_list_sha256sum_reads(whole: Path, tmp_path: Path) -> None:
    subprocess.run(["/bin/tar", "-xf", whole, "-C", tmp_path], check=True, capture_output=True)

    done = subprocess.run(
        ["/usr/bin/sha256sum", "--check", "files.sha256"], cwd=tmp_path, check=False
    )

    assert done.returncode == 0


def test_is_for_its_owner_alone(whole: Path) -> None:
    assert whole.stat().st_mode & 0o777 == 0o600


def test_leaves_nothing_when_it_is_not_finished(tmp_path: Path) -> None:
    writer = archive.Writer(tmp_path / "a.tar")

    with pytest.raises(OSError, match="unexpected end of data"):
        writer.add(archive.DATABASE, io.BytesIO(b"short"), size=9)
    writer.abandon()

    assert list(tmp_path.iterdir()) == []


def test_with_any_byte_changed_is_refused(whole: Path) -> None:
    content = whole.read_bytes()
    # Every header, every member, the padding between them, the seal and the end.
    for at in {*range(0, len(content), 97), *range(len(content) - archive.TAIL, len(content), 41)}:
        whole.write_bytes(content[:at] + bytes([content[at] ^ 0x01]) + content[at + 1 :])
        with pytest.raises(Fault) as fault:
            archive.read(whole)
        assert fault.value.kind == "backup_damaged", at


def test_cut_anywhere_is_refused(whole: Path) -> None:
    content = whole.read_bytes()
    for at in [0, 1, 511, *range(512, len(content), 512), len(content) - 1]:
        whole.write_bytes(content[:at])
        with pytest.raises(Fault) as fault:
            archive.read(whole)
        assert fault.value.kind == "backup_damaged", at


def test_with_something_after_its_end_is_refused(whole: Path) -> None:
    whole.write_bytes(whole.read_bytes() + b"\0" * 512)

    assert refused(whole) == "backup_damaged"


def test_that_is_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(b"not a backup at all" * 512)

    assert refused(tmp_path / "a.tar") == "backup_damaged"


def test_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.tar") == "backup_not_found"


@pytest.mark.parametrize("missing", [archive.DATABASE, archive.LIST, archive.MANIFEST, "files/b"])
def test_without_one_of_its_members_is_refused(missing: str, tmp_path: Path) -> None:
    members = _members()
    del members[missing]

    assert refused(_forged(tmp_path, members)) == "backup_damaged"


def test_forged_but_whole_is_read(tmp_path: Path) -> None:
    """The forger of these tests makes what the writer makes, so each refusal has one cause."""
    assert archive.read(_forged(tmp_path, _members())).city == "34/01/"


@pytest.mark.parametrize(
    "name", ["files/../../b", "/files/b", "files//b", "b", "files/./b", "files/a\\b", "files/"]
)
def test_that_would_write_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    members = _members()
    del members["files/b"]

    assert refused(_forged(tmp_path, {name: b"b"} | members)) == "backup_damaged"


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_that_holds_more_than_files_is_refused(kind: bytes, tmp_path: Path) -> None:
    odd = tarfile.TarInfo("files/c")
    odd.type, odd.linkname = kind, "/etc/passwd"

    assert refused(_forged(tmp_path, _members(), odd=odd)) == "backup_damaged"


@pytest.mark.parametrize("name", ["files/b", archive.DATABASE, archive.MANIFEST])
def test_that_holds_a_name_twice_is_refused(name: str, tmp_path: Path) -> None:
    assert refused(_forged(tmp_path, _members(), odd=tarfile.TarInfo(name))) == "backup_damaged"


@pytest.mark.parametrize(
    "told",
    [{"format": 2}, {"members": {}}, {"city": None, "unknown": 1}, {"lost": [], "rows": None}],
)
def test_whose_manifest_is_wrong_is_refused(told: dict[str, Any], tmp_path: Path) -> None:
    members = _members()
    text = members[archive.MANIFEST].decode()
    for name, value in told.items():
        text = text.replace(f'"{name}"', f'"other_{name}"') if value is None else text
        text = text[:-1] + f', "{name}": {json.dumps(value)}}}' if value is not None else text
    members[archive.MANIFEST] = text.encode()

    assert refused(_forged(tmp_path, members)) == "backup_damaged"


def test_of_a_newer_postgres_is_refused(tmp_path: Path) -> None:
    path = archives.write(tmp_path / "a.tar", told=archives.manifest(postgres=99))

    assert refused(path) == "backup_of_newer_postgres"


@pytest.mark.parametrize("name", ["1", "index", "2"])
def test_that_other_keys_sealed_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, text in archives.KEYS.items():
        monkeypatch.setenv(key, text)
    path = archives.write(tmp_path / "a.tar", told=archives.manifest(keys={name: "0" * 32}))

    assert refused(path) == "keys_do_not_fit"


def test_is_not_restored_over_data(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "new/files/ready").mkdir(parents=True)

    with pytest.raises(Fault) as fault:
        target.check(tmp_path / "new", file=whole, url="", keys=None)

    assert fault.value.kind == "target_not_empty"


def test_half_restored_is_not_used_by_anybody(tmp_path: Path) -> None:
    (tmp_path / "restoring").mkdir()

    with pytest.raises(Fault) as fault:
        home.prepare(tmp_path)

    assert fault.value.kind == "restore_unfinished"


# ------------------------------------------------------------------ the forger


def _members() -> dict[str, bytes]:
    """Return what a small archive holds, by name and in order."""
    listed = archive.line("files/b", hashlib.sha256(b"b").hexdigest())
    members = {archive.DATABASE: b"PGDMP", archive.LIST: listed}
    marks = {
        name: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in members.items()
    }
    text = json.dumps(asdict(archives.manifest()) | {"members": marks})
    return {
        archive.DATABASE: b"PGDMP",
        "files/b": b"b",
        archive.LIST: listed,
        archive.MANIFEST: text.encode(),
    }


def _forged(folder: Path, members: dict[str, bytes], *, odd: tarfile.TarInfo | None = None) -> Path:
    """Write a tar of these members, in their order, with a seal that fits."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
            if odd is not None and name == "files/b":
                tar.addfile(odd)
        length = tar.offset
    path = folder / "forged.tar"
    whole = body.getvalue()[:length]
    path.write_bytes(whole + archive.tail(hashlib.sha256(whole).hexdigest()))
    return path
