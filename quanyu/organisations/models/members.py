"""The roll of members: sealed names behind a wall of their own (党员名册)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.access.rules import Role
from quanyu.kernel.errors import gettext_noop
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.fields import EncryptedField
from quanyu.kernel.privacy.rules import Personal
from quanyu.organisations.models.dated import DATED
from quanyu.organisations.rules.members import Standing

KEPT_DAYS = 365
"""Sample days: a year after one has left, nothing of the roll is needed any more."""

NAME = Personal(
    "duty",
    gettext_noop("党组织管理本组织党员，核对党员数"),
    KEPT_DAYS,
    "left_at",
    kind="name",
    is_sensitive=True,
    opened_by=(Role.PARTY_OFFICER,),
    ends="row",
)


class PartyMember(models.Model):
    """One member on the roll of one organisation; to its party officer and the person (党员)."""

    access = Access(rows=Reach(place="region_path", own="account_id", circle="roll"), writes="all")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    body = models.ForeignKey(
        "organisations.Body", on_delete=models.PROTECT, related_name="+", verbose_name="党组织"
    )
    region_path = models.CharField("辖区", max_length=40, db_collation="C")
    name = EncryptedField(_("姓名"), personal=NAME)
    account = models.ForeignKey(
        "accounts.Account",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="账号",
    )
    standing = models.CharField("党员类别", max_length=12)
    joined = models.DateField("入党日期")
    entered_at = models.DateTimeField("登记时间")
    left_at = models.DateTimeField("转出登记时间", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "党员"
        constraints = [
            models.CheckConstraint(
                condition=Q(standing__in=[one.value for one in Standing]),
                name="party_member_standing_is_known",
            ),
            models.CheckConstraint(
                condition=Q(region_path__endswith="/"), name="party_member_place_ends_with_slash"
            ),
        ]
        indexes = [
            models.Index("body", condition=Q(left_at__isnull=True), name="party_member_by_body"),
            models.Index("region_path", name="party_member_by_place"),
        ]

    def __str__(self) -> str:
        return str(self.name or "")


class Membership(models.Model):
    """From when to when a member belonged to which organisation (组织关系)."""

    access = Access(rows=Under("member", "organisations.PartyMember"), writes="all")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = models.ForeignKey(
        PartyMember, on_delete=models.CASCADE, related_name="memberships", verbose_name="党员"
    )
    body = models.ForeignKey(
        "organisations.Body", on_delete=models.PROTECT, related_name="+", verbose_name="党组织"
    )
    valid_from = models.DateField("转入日期")
    valid_to = models.DateField("转出日期", null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "组织关系"
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=Q(valid_to__isnull=True),
                name="membership_is_open_once",
            ),
            models.CheckConstraint(condition=DATED, name="membership_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"
