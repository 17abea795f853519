"""What an account may do where (授权)."""

from django.db import models

from quanyu.kernel.access.reach import Access
from quanyu.kernel.access.rules import BODY_ROLES, Role
from quanyu.kernel.accounts.models.keeping import WHY, staff
from quanyu.kernel.accounts.models.people import Account
from quanyu.kernel.keys import uuid7


class GrantRow(models.Model):
    """One role of one account, at a place or in a body, from one day to another (授权)."""

    access = Access(writes="insert update")
    personal = {
        "reason": staff(WHY, since="granted_to"),
        "end_reason": staff(WHY, since="granted_to"),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, verbose_name="账号", related_name="grants")
    role = models.CharField("角色", max_length=32, choices=[(r.value, r.value) for r in Role])
    region_path = models.CharField("辖区路径", max_length=80, db_collation="C", blank=True)
    body_id = models.UUIDField("机构", null=True)
    granted_from = models.DateTimeField("起")
    granted_to = models.DateTimeField("止", null=True)
    granted_by = models.UUIDField("授权人", null=True)
    reason = models.CharField("事由", max_length=200, blank=True)
    ended_by = models.UUIDField("终止人", null=True)
    ended_at = models.DateTimeField("终止时间", null=True)
    end_reason = models.CharField("终止事由", max_length=200, blank=True)
    end_told_at = models.DateTimeField("到期提醒时间", null=True)
    deputy = models.ForeignKey(
        "Deputy", models.PROTECT, verbose_name="代理", related_name="grants", null=True
    )
    source = models.ForeignKey(
        "self", models.PROTECT, verbose_name="被代理的授权", related_name="passed_on", null=True
    )
    appointment = models.UUIDField("任职", null=True)
    """The appointment to a post that carries it; organisations keeps the row."""

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        indexes = [
            models.Index("account", "granted_to", name="grant_by_account"),
            models.Index("region_path", name="grant_by_place"),
            models.Index("body_id", name="grant_by_body"),
            models.Index("granted_to", name="grant_by_end"),
            models.Index(
                "appointment",
                condition=models.Q(appointment__isnull=False),
                name="grant_by_appointment",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(region_path__endswith="/", body_id__isnull=True)
                | models.Q(region_path="", body_id__isnull=False),
                name="grant_at_place_or_in_body",
            ),
            # One withdrawn before it began is kept as an empty period.
            models.CheckConstraint(
                condition=models.Q(granted_to__isnull=True)
                | models.Q(granted_to__gte=models.F("granted_from")),
                name="grant_ends_not_before_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=[r.value for r in Role if r is not Role.SYSTEM]),
                name="grant_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(body_id__isnull=True)
                | models.Q(role__in=sorted(r.value for r in BODY_ROLES)),
                name="grant_in_body_is_a_body_role",
            ),
            models.CheckConstraint(
                condition=models.Q(body_id__isnull=False)
                | ~models.Q(role__in=sorted(r.value for r in BODY_ROLES)),
                name="grant_of_body_role_is_in_body",
            ),
            models.CheckConstraint(
                condition=models.Q(deputy__isnull=True, source__isnull=True)
                | models.Q(deputy__isnull=False, source__isnull=False, granted_to__isnull=False),
                name="grant_of_a_deputy_has_a_source_and_an_end",
            ),
            models.CheckConstraint(
                condition=models.Q(appointment__isnull=True) | models.Q(source__isnull=True),
                name="grant_of_a_post_is_no_deputys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.region_path or self.body_id}"


class Deputy(models.Model):
    """Somebody stands in for a colleague, for some days (代理)."""

    access = Access(writes="insert update")
    personal = {
        "reason": staff(WHY, since="granted_to"),
        "end_reason": staff(WHY, since="granted_to"),
    }

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    principal = models.ForeignKey(
        Account, models.PROTECT, verbose_name="被代理人", related_name="deputies"
    )
    account = models.ForeignKey(
        Account, models.PROTECT, verbose_name="代理人", related_name="stands_in"
    )
    granted_from = models.DateTimeField("起")
    granted_to = models.DateTimeField("止")
    reason = models.CharField("事由", max_length=200)
    named_by = models.UUIDField("指定人")
    named_at = models.DateTimeField("指定时间")
    ended_by = models.UUIDField("终止人", null=True)
    ended_at = models.DateTimeField("终止时间", null=True)
    end_reason = models.CharField("终止事由", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "代理"
        indexes = [
            models.Index("principal", "granted_to", name="deputy_by_principal"),
            models.Index("account", "granted_to", name="deputy_by_account"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(principal=models.F("account")), name="deputy_is_somebody_else"
            ),
            models.CheckConstraint(
                condition=~models.Q(named_by=models.F("account")),
                name="deputy_is_not_named_by_oneself",
            ),
            # One withdrawn before it began is kept as an empty period.
            models.CheckConstraint(
                condition=models.Q(granted_to__gte=models.F("granted_from")),
                name="deputy_ends_not_before_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} for {self.principal_id}"
