from django.db import models

from quanyu.kernel.access.reach import Access


class Count(models.Model):
    """How often one subject did one thing in one window (次数).

    ``subject`` is a keyed hash: no address and no telephone stands here. Each connection counts
    in a shard of its own, so that two requests never wait for each other.
    """

    access = Access(writes="all")
    pk = models.CompositePrimaryKey("subject", "since", "shard")

    subject = models.BinaryField("对象", max_length=32)
    since = models.DateTimeField("时段起")
    shard = models.PositiveSmallIntegerField("分片")
    count = models.PositiveIntegerField("次数")

    class Meta:
        verbose_name = verbose_name_plural = "次数"
        indexes = [models.Index("since", name="quota_count_by_time")]

    def __str__(self) -> str:
        return f"{self.since} {self.count}"
