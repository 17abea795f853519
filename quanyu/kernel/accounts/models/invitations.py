"""Links that open an account once (一次性链接)."""

from uuid import UUID

from django.db import models

from quanyu.kernel.access.reach import Access
from quanyu.kernel.accounts.models.confirmed import WAITING, Confirmed, by_two
from quanyu.kernel.accounts.models.people import Account
from quanyu.kernel.keys import uuid7


class Invitation(Confirmed):
    """A link that lets one person set the account's password, once (一次性链接)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(
        Account, models.PROTECT, verbose_name="账号", related_name="invitations"
    )
    token_hash = models.CharField("令牌摘要", max_length=64, unique=True)
    made_by = models.UUIDField("发出人", null=True)
    made_at = models.DateTimeField("发出时间")
    ends_at = models.DateTimeField("失效时间")
    used_at = models.DateTimeField("使用时间", null=True)
    ended_at = models.DateTimeField("作废时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "一次性链接"
        constraints = [
            *by_two("invitation", asker="made_by"),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | ~WAITING,
                name="invitation_is_used_once_confirmed",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("made_at")),
                name="invitation_ends_after_it_is_made",
            ),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(ended_at__isnull=True),
                name="invitation_is_used_or_ended_not_both",
            ),
            models.UniqueConstraint(
                "account",
                condition=models.Q(used_at__isnull=True, ended_at__isnull=True),
                name="invitation_is_open_once",
            ),
        ]

    @property
    def asker(self) -> UUID | None:
        """Return who made it; None if the system did."""
        return self.made_by

    def __str__(self) -> str:
        return f"{self.account_id} {self.made_at:%Y-%m-%d %H:%M}"
