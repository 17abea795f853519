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


class Rotation(models.Model):
    """Everything sealed is sealed anew under one key and provider (密钥轮换)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.PositiveSmallIntegerField("算法版本")
    key = models.PositiveSmallIntegerField("密钥编号")
    began_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "密钥轮换"
        constraints = [
            models.UniqueConstraint(
                "version",
                "key",
                condition=models.Q(finished_at__isnull=True),
                name="privacy_rotation_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version}.{self.key}"


class RotationPart(models.Model):
    """How far a rotation has come in one column; moved on with each batch (轮换进度)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rotation = models.ForeignKey(
        Rotation, models.PROTECT, verbose_name="密钥轮换", related_name="parts"
    )
    column = models.CharField("列", max_length=120)
    last = models.CharField("已到的键", max_length=80, blank=True)
    seen = models.PositiveBigIntegerField("已看", default=0)
    resealed = models.PositiveBigIntegerField("已重新加密", default=0)
    unreadable = models.PositiveBigIntegerField("无法解密", default=0)
    is_finished = models.BooleanField("已完成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "轮换进度"
        constraints = [
            models.UniqueConstraint("rotation", "column", name="privacy_rotation_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.column} {self.resealed}/{self.seen}"


# The counts lie below this package and know nothing of it: a keyed hash is still personal.
declare(
    "quotas.count",
    {
        "subject": Personal(
            "duty", _("限制滥用"), 2, ends="timer", timer="quanyu.kernel.quotas.jobs.forget"
        )
    },
)


class KeyMark(models.Model):
    """By which one knows the right key again: the mark of a key that seals rows here (密钥标记)."""

    access = Access(writes="none")

    name = models.CharField("密钥", max_length=20, primary_key=True)
    mark = models.CharField("标记", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "密钥标记"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mark__regex="^[0-9a-f]{32}$"), name="key_mark_is_a_digest"
            )
        ]

    def __str__(self) -> str:
        return self.name
