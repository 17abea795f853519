"""What everybody may read."""

from django.db import models

from quanyu.kernel.access.reach import Access


class Published(models.Model):
    """A figure of the whole city that everybody may read; counts only, no person (公布数字)."""

    access = Access(writes="insert update")

    key = models.CharField("名称", max_length=20, primary_key=True)
    value = models.JSONField("数字")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "公布数字"

    def __str__(self) -> str:
        return f"{self.key} {self.at}"
