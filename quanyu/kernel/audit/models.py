from django.contrib.postgres.fields import ArrayField
from django.db import models

from quanyu.kernel.access.reach import Access
from quanyu.kernel.keys import uuid7


class Record(models.Model):
    """One change, or one look at personal data; inserted, never updated (审计记录).

    It holds no personal value: names of changed fields and a salted digest of the facts. It
    outlives the history it speaks of.
    """

    access = Access(writes="insert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField("动作", max_length=80)
    subject = models.CharField("对象", max_length=100)
    region_path = models.CharField("辖区路径", max_length=80, db_collation="C", blank=True)
    actor_kind = models.CharField("操作人类型", max_length=12)
    actor_id = models.UUIDField("操作人", null=True)
    job = models.CharField("作业", max_length=120, blank=True)
    at = models.DateTimeField("时间")
    changed = ArrayField(models.CharField(max_length=60), verbose_name="变更字段", default=list)
    digest = models.CharField("内容摘要", max_length=64, blank=True)
    fingerprint = models.CharField("指纹", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        indexes = [
            models.Index("subject", "id", name="audit_record_by_subject"),
            models.Index("actor_id", "id", name="audit_record_by_actor"),
            models.Index("topic", "id", name="audit_record_by_topic"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"

    def parts(self) -> list[object]:
        """Return what the fingerprint covers, in its fixed order."""
        return [
            self.id,
            self.topic,
            self.subject,
            self.region_path,
            self.actor_kind,
            self.actor_id,
            self.job,
            self.at.timestamp(),
            ",".join(self.changed),
            self.digest,
        ]


class Seal(models.Model):
    """One batch of records, bound to all before it (封存)."""

    access = Access(writes="insert")

    number = models.BigIntegerField("序号", primary_key=True)
    at = models.DateTimeField("时间")
    members = ArrayField(models.UUIDField(), verbose_name="记录")
    marks = ArrayField(models.CharField(max_length=64), verbose_name="指纹")
    snapshot = models.TextField("封存时的事务快照")
    previous = models.CharField("前一封存", max_length=64)
    hash = models.CharField("封存值", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "审计封存"
        constraints = [
            models.UniqueConstraint("previous", name="audit_seal_follows_one_other"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="audit_seal_counts_from_one"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.hash[:12]}"


class Verification(models.Model):
    """One look over the whole log against its seals, asked for or nightly (核验)."""

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asked_by = models.UUIDField("要求人", null=True)
    asked_at = models.DateTimeField("要求时间")
    done_at = models.DateTimeField("完成时间", null=True)
    records = models.BigIntegerField("记录数", default=0)
    seals = models.BigIntegerField("封存数", default=0)
    unsealed = models.BigIntegerField("未封存数", default=0)
    head = models.CharField("链头", max_length=64, blank=True)
    fault_count = models.IntegerField("不符数", default=0)
    faults = models.JSONField("不符之处", default=list)

    class Meta:
        verbose_name = verbose_name_plural = "审计核验"
        indexes = [models.Index("asked_at", name="audit_verification_by_time")]

    def __str__(self) -> str:
        return f"{self.asked_at} {self.fault_count}"
