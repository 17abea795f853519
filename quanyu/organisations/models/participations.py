"""Which bodies a co-ordination body was made up of. Public reference data."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.reach import Access
from quanyu.kernel.keys import uuid7
from quanyu.organisations.models.bodies import Body
from quanyu.organisations.models.dated import DATED
from quanyu.organisations.models.footing import Periods, apart


class Participation(models.Model):
    """A body belongs to a co-ordination body, such as a leading group, from day to day (成员单位).

    Whom it hangs under is another axis: a body belongs to any number of them.
    """

    access = Access(writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    host = models.ForeignKey(
        Body,
        on_delete=models.PROTECT,
        related_name="participations",
        verbose_name=_("议事协调机构"),
    )
    member = models.ForeignKey(
        Body, on_delete=models.PROTECT, related_name="takes_part", verbose_name=_("成员单位")
    )
    because = models.CharField(_("依据文件或事由"), max_length=200, blank=True)
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True)

    objects = Periods.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("成员单位")
        constraints = [
            models.UniqueConstraint(
                fields=["host", "member"],
                condition=Q(valid_to__isnull=True),
                name="participation_is_one_today",
            ),
            models.CheckConstraint(condition=DATED, name="participation_ends_after_it_begins"),
            models.CheckConstraint(
                condition=~Q(host=F("member")), name="participation_is_in_another"
            ),
            apart("host_id", "participation_never_overlaps", beside="member_id"),
        ]
        indexes = [models.Index("member", "valid_from", name="participation_by_member")]

    def __str__(self) -> str:
        return f"{self.host_id} {self.member_id}"
