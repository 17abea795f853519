"""The inbox, how one is told, the telephone list, wordings and what was sent (通知的页面)."""

from quanyu.kernel.notices.pages.address import confirm_mail, own_mail, remove_mail
from quanyu.kernel.notices.pages.calling import call_done, call_number, calls
from quanyu.kernel.notices.pages.keeping import deliveries, delivery, wording, wordings
from quanyu.kernel.notices.pages.own import choice, inbox, opened, read, read_all
from quanyu.kernel.notices.pages.receipts import sms_receipt

__all__ = [
    "call_done",
    "call_number",
    "calls",
    "choice",
    "confirm_mail",
    "deliveries",
    "delivery",
    "inbox",
    "opened",
    "own_mail",
    "read",
    "read_all",
    "remove_mail",
    "sms_receipt",
    "wording",
    "wordings",
]
