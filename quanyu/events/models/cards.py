from django.db import models

from quanyu.events.workflow.cards import CARD, OPEN, CardState
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.privacy.rules import Personal
from quanyu.kernel.workflow.models import Case, Step, of_steps

YEARS = 1095
URGED = Personal("duty", _("督办的要求和答复"), YEARS, "ended_at", of="both", ends="fade")


class SupervisionCard(Case):
    """A body is urged in writing, by level, and answers by a day (督办单)."""

    workflow = CARD
    access = Access(rows=Reach(place="region_path", body="body_id"), writes="insert update")
    personal = {"demand": URGED, "answer": URGED, "ended_words": URGED}

    number = models.CharField("编号", max_length=16, unique=True)
    event = models.ForeignKey(
        "events.Event", models.PROTECT, verbose_name="事件", null=True, related_name="cards"
    )
    call = models.ForeignKey(
        "events.WhistleCall", models.PROTECT, verbose_name="吹哨", null=True, related_name="cards"
    )
    level = models.CharField("等级", max_length=40)
    ground = models.CharField("事由", max_length=40)
    demand = models.TextField("要求")
    raised_at = models.DateTimeField("督办时间")
    raised_by = models.UUIDField("督办人", null=True)
    raised_from = models.OneToOneField(
        "self", models.PROTECT, verbose_name="升级自", null=True, related_name="raised_to"
    )
    answer_amount = models.PositiveIntegerField("答复时限")
    answer_unit = models.CharField("答复时限单位", max_length=16)
    answer_clause_id = models.UUIDField("时限依据", null=True)
    first_due_at = models.DateTimeField("首次答复到期")
    """What the figure of answers in time goes by: sending back buys no time."""
    answer_due_at = models.DateTimeField("答复到期")
    first_answered_at = models.DateTimeField("首次答复时间", null=True)
    answer = models.TextField("答复", blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by = models.UUIDField("答复人", null=True)
    sent_back = models.PositiveSmallIntegerField("退回次数", default=0)
    ended_at = models.DateTimeField("了结时间", null=True)
    ended_words = models.TextField("了结意见", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "督办单"
        constraints = [
            models.CheckConstraint(
                name="card_state_known", condition=models.Q(state__in=CardState.values)
            ),
            models.CheckConstraint(
                name="card_place_ends_with_slash", condition=models.Q(region_path__endswith="/")
            ),
            models.CheckConstraint(
                name="card_names_a_body", condition=models.Q(body_id__isnull=False)
            ),
            models.CheckConstraint(
                name="card_about_a_matter_or_a_call",
                condition=models.Q(event__isnull=False, call=None)
                | models.Q(event=None, call__isnull=False),
            ),
            models.CheckConstraint(
                name="card_answer_once_answered",
                condition=~models.Q(state__in=[CardState.ANSWERED, CardState.ACCEPTED])
                | models.Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="card_ended_once_over",
                condition=models.Q(state__in=OPEN, ended_at=None)
                | (~models.Q(state__in=OPEN) & models.Q(ended_at__isnull=False)),
            ),
            models.UniqueConstraint(
                "event",
                "body_id",
                "level",
                condition=models.Q(state__in=OPEN),
                name="card_open_once_a_matter_body_and_level",
            ),
            models.UniqueConstraint(
                "call",
                "body_id",
                "level",
                condition=models.Q(state__in=OPEN),
                name="card_open_once_a_call_body_and_level",
            ),
        ]
        indexes = [
            models.Index("region_path", "raised_at", name="card_by_place"),
            models.Index("body_id", "state", name="card_by_body"),
            models.Index(
                "answer_due_at",
                name="card_waiting_by_due",
                condition=models.Q(state=CardState.RAISED),
            ),
            models.Index(
                "next_rung_at",
                name="card_by_next_rung",
                condition=models.Q(next_rung_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def class_code(self) -> str:
        """Return by what its limits are looked up: the level."""
        return self.level


class CardStep(Step):
    """One act in the story of a card (督办经过)."""

    access = Access(
        rows=Under("case", "events.SupervisionCard"), writes="insert", opened_by_anyone=True
    )
    personal = of_steps(_("记录督办经过"), YEARS, "ended_at")

    case = models.ForeignKey(
        SupervisionCard, models.CASCADE, verbose_name="督办单", related_name="steps"
    )

    class Meta:
        verbose_name = verbose_name_plural = "督办经过"
        constraints = [
            models.UniqueConstraint("case", "number", name="card_step_in_order"),
        ]


SupervisionCard.step_model = CardStep
