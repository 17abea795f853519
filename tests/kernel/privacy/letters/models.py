from typing import ClassVar

from django.db import models

from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.fields import BlindIndexField, EncryptedField
from quanyu.kernel.privacy.rules import Personal

REPLY = "答复来信人"


class Letter(models.Model):
    """One letter with the writer's contact (来信)."""

    personal = {"nickname": Personal("consent", REPLY, days=30, since="answered_at", kind="name")}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    region_path = models.CharField(max_length=80)
    phone = EncryptedField(
        "电话", personal=Personal("duty", REPLY, days=180, since="answered_at", kind="phone")
    )
    phone_index = BlindIndexField(of="phone")
    name = EncryptedField(
        "姓名", personal=Personal("duty", REPLY, days=180, since="answered_at", kind="name")
    )
    nickname = models.CharField("称呼", max_length=40, blank=True)
    answered_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Letter"]] = models.Manager()

    class Meta:
        app_label = "letters"

    def __str__(self) -> str:
        return f"{self.id}"
