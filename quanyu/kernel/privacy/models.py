from django.contrib.postgres.fields import ArrayField
from django.db import models

from quanyu.kernel.access.reach import Access
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.fields import declare
from quanyu.kernel.privacy.rules import Personal


class Look(models.Model):
    """One look at masked values: who, in which role, at what, why (查看记录).

    Inserted, never changed. The person concerned can later be shown it; it holds no value.
    """

    access = Access(writes="insert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField("对象", max_length=100)
    fields = ArrayField(models.CharField(max_length=60), verbose_name="字段")
    actor_kind = models.CharField("查看人类型", max_length=12)
    account_id = models.UUIDField("查看人", null=True)
    job = models.CharField("作业", max_length=120, blank=True)
    role = models.CharField("角色", max_length=40)
    reason = models.CharField("理由", max_length=40)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "查看记录"
        indexes = [
            models.Index("subject", "at", name="privacy_look_by_subject"),
            models.Index("account_id", "at", name="privacy_look_by_account"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="privacy_look_has_a_reason"
            ),
            models.CheckConstraint(
                condition=~models.Q(fields=[]), name="privacy_look_names_its_fields"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {','.join(self.fields)} {self.reason}"


class Purge(models.Model):
    """One sweep that erased what was kept to its end (到期清除报告).

    Counts grow with each batch; one that is not finished was killed on the way or still runs.
    """

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField("时间")
    counts = models.JSONField("清除数量", default=dict)
    failures = models.JSONField("未能清除", default=dict)
    seconds = models.FloatField("用时（秒）", default=0)
    is_finished = models.BooleanField("已完成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "到期清除报告"
        indexes = [models.Index("at", name="privacy_purge_by_time")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {sum(self.counts.values())}"


# The counts lie below this package and know nothing of it: a keyed hash is still personal.
declare(
    "quotas.count",
    {
        "subject": Personal(
            "duty", _("限制滥用"), 2, ends="timer", timer="quanyu.kernel.quotas.jobs.forget"
        )
    },
)
