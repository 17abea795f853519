"""Verbs of personal data: look, purge, rotate the keys (个人信息的操作)."""

from quanyu.kernel.privacy.actions.looks import reveal, reveal_all
from quanyu.kernel.privacy.actions.purging import erases, made_of, purge
from quanyu.kernel.privacy.actions.rotating import check_may_retire, rotate

__all__ = ["check_may_retire", "erases", "made_of", "purge", "reveal", "reveal_all", "rotate"]
