"""Verbs of personal data: look, purge (个人信息的操作)."""

from quanyu.kernel.privacy.actions.looks import reveal, reveal_all
from quanyu.kernel.privacy.actions.purging import erases, purge

__all__ = ["erases", "purge", "reveal", "reveal_all"]
