from django.contrib.postgres.fields import ArrayField
from django.db import models

from quanyu.kernel.access.reach import Access


class Failure(models.Model):
    """Why a job failed last, without a value, and what was decided on it (任务失败).

    The queue itself keeps no reason. The job's own number is the key.
    """

    access = Access()

    job = models.BigIntegerField("任务编号", primary_key=True)
    task = models.CharField("任务", max_length=128)
    tries = models.PositiveIntegerField("已试次数", default=0)
    kind = models.CharField("异常类别", max_length=300, blank=True)
    family = models.CharField("故障归类", max_length=12, blank=True)
    place = models.CharField("代码位置", max_length=300, blank=True)
    frames = ArrayField(models.CharField(max_length=300), verbose_name="调用位置", default=list)
    rule = models.CharField("约束", max_length=100, blank=True)
    at = models.DateTimeField("时间", null=True)
    decision = models.CharField("处理", max_length=12, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    decided_by = models.UUIDField("处理人", null=True)
    decided_at = models.DateTimeField("处理时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务失败"
        indexes = [models.Index("at", name="jobs_failure_by_time")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decision__in=["", "retry", "give_up"]),
                name="jobs_failure_decision_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task} #{self.job}"
