"""What a job finds for a page: asked for, under way, found (页面等候的后台计算)."""

from django.db import models


class Errand(models.Model):
    """How far a job is with what a page waits for, and what it found (后台计算进度).

    ``told`` holds what was found in each language, or under ``wrong`` why it was not.
    """

    asked_at = models.DateTimeField("要求时间")
    done = models.PositiveIntegerField("已算", default=0)
    total = models.PositiveIntegerField("共有", default=0)
    done_at = models.DateTimeField("完成时间", null=True)
    told = models.JSONField("结果", default=dict)

    class Meta:
        abstract = True
