from typing import TypedDict

from django.db import models

from quanyu.kernel.access.reach import Access
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.files.rules import Purpose
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.rules import Personal


class State(models.TextChoices):
    """Where a file is on its way from upload to page (附件状态)."""

    WAITING = "waiting", "待处理"
    READY = "ready", "可查看"
    REFUSED = "refused", "未通过"
    ERASED = "erased", "已到期清除"


class Stored(TypedDict):
    """What the worker tells of a re-encoded picture."""

    type: str
    size: int
    width: int
    height: int
    sha256: str


class File(models.Model):
    """One photo that belongs to a row of some domain (附件).

    Its domain answers who may open it; the kernel opens it to nobody by itself. The sender's file
    name is not kept: it may hold personal data and nobody needs it.
    """

    access = Access(writes="insert update")
    personal = {
        "picture": Personal(
            "duty",
            _("说明现场情况和办理结果"),
            1095,
            "owner",
            of="both",
            ends="file",
            title=_("照片"),
        )
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner_type = models.CharField("所属类型", max_length=60)
    owner_id = models.UUIDField("所属对象")
    purpose = models.CharField("用途", max_length=12)
    kind = models.CharField("种类", max_length=12, default="photo")
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    reason = models.CharField("未通过原因", max_length=40, blank=True)
    original_type = models.CharField("原类型", max_length=40)
    original_size = models.BigIntegerField("原大小")
    type = models.CharField("类型", max_length=40, blank=True)
    size = models.BigIntegerField("大小", null=True)
    width = models.IntegerField("宽", null=True)
    height = models.IntegerField("高", null=True)
    sha256 = models.CharField("摘要", max_length=64, blank=True)
    taken_by = models.UUIDField("上传人", null=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        indexes = [
            models.Index("owner_id", "id", name="files_file_by_owner"),
            models.Index("id", name="files_file_waiting", condition=models.Q(state=State.WAITING)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="files_file_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(purpose__in=[str(p) for p in Purpose]),
                name="files_file_purpose_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.READY) | ~models.Q(sha256=""),
                name="files_file_ready_has_a_hash",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.REFUSED) | ~models.Q(reason=""),
                name="files_file_refused_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.purpose} {self.state}"

    @property
    def owner(self) -> str:
        """Return the row it belongs to, as the audit names it: ``events.event:<id>``."""
        return f"{self.owner_type}:{self.owner_id}"

    @property
    def is_ready(self) -> bool:
        """Answer whether it can be shown."""
        return self.state == State.READY
