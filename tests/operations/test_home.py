"""A home keeps its keys, whatever happens to the machine (数据目录)."""

import os
import stat
from pathlib import Path

import pytest

from quanyu.kernel.operations import home as homes
from quanyu.kernel.operations.home import Home


def test_a_new_key_is_on_the_disk_by_name_before_anything_is_sealed_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes.keys(Home(tmp_path))
    kept: list[bool] = []
    known, bring = (tmp_path / "secrets.json").read_text(), os.fsync

    def fsync(handle: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(handle).st_mode)
        kept.append(is_folder and (tmp_path / "secrets.json").read_text() != known)
        bring(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    homes.add_field_key(Home(tmp_path))

    assert kept[-1] is True
