from django.db import models

from quanyu.kernel.access.reach import Access
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy.fields import declare
from quanyu.kernel.privacy.rules import Personal

# The queue stands below the package of personal data. The form asks for no names; one may come.
declare(
    "jobs.failure",
    {"reason": Personal("duty", _("说明为什么重试或放弃一项任务"), 90, "decided_at", of="staff")},
)


class SlowStatement(models.Model):
    """A statement that was slow, without its values: how often, how long, when last (慢语句)."""

    access = Access()

    key = models.CharField("摘要", max_length=64, primary_key=True)
    text = models.TextField("语句")
    count = models.BigIntegerField("次数")
    milliseconds = models.FloatField("合计毫秒")
    worst = models.FloatField("最长毫秒")
    first_at = models.DateTimeField("首次")
    last_at = models.DateTimeField("最近")

    class Meta:
        verbose_name = verbose_name_plural = "慢语句"
        indexes = [models.Index("last_at", name="operations_slow_by_time")]

    def __str__(self) -> str:
        return self.text[:80]
