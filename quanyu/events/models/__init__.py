from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Collate

from quanyu.events.models.campaigns import Campaign as Campaign
from quanyu.events.models.campaigns import CampaignMatter as CampaignMatter
from quanyu.events.models.campaigns import CampaignNote as CampaignNote
from quanyu.events.models.cards import CardStep as CardStep
from quanyu.events.models.cards import SupervisionCard as SupervisionCard
from quanyu.events.models.classing import ClassModel as ClassModel
from quanyu.events.models.classing import Precedent as Precedent
from quanyu.events.models.escalating import RungTold as RungTold
from quanyu.events.models.fair import Callback as Callback
from quanyu.events.models.fair import Exclusion as Exclusion
from quanyu.events.models.fair import is_none_of
from quanyu.events.models.hot import HotIssue as HotIssue
from quanyu.events.models.joint import Consultation as Consultation
from quanyu.events.models.joint import JointPart as JointPart
from quanyu.events.models.leaving import Draw as Draw
from quanyu.events.models.leaving import ForceClosing as ForceClosing
from quanyu.events.models.leaving import Letter as Letter
from quanyu.events.models.listed import ANSWER_ALONE, OF_FEW
from quanyu.events.models.listed import Counted as Counted
from quanyu.events.models.listed import EventWords as EventWords
from quanyu.events.models.listed import Folded as Folded
from quanyu.events.models.listed import Tally as Tally
from quanyu.events.models.published import Published as Published
from quanyu.events.models.whistle import WhistleCall as WhistleCall
from quanyu.events.models.whistle import WhistleMatter as WhistleMatter
from quanyu.events.models.whistle import WhistlePart as WhistlePart
from quanyu.events.models.whistle import WhistleStep as WhistleStep
from quanyu.events.rules import REACHES_REPORTER, Channel, joint, leaving, side
from quanyu.events.rules.fair import RatedBy
from quanyu.events.rules.side import Asking
from quanyu.events.workflow import EVENT, HANDED_OUT, STANDING, State
from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach, Under
from quanyu.kernel.calendar.rules import local
from quanyu.kernel.codes import queries as codes
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.privacy.fields import BlindIndexField, EncryptedField, seals
from quanyu.kernel.privacy.rules import Personal
from quanyu.kernel.workflow.models import Case, Step, of_steps

ENDED = "closed_at"
YEARS = 1095
"""Sample days: an open matter has no end, and one that is done again has none until it closes."""
TOLD = Personal("duty", _("办理反映的事项"), YEARS, ENDED, of="resident", ends="fade")
WHERE = Personal("duty", _("到现场办理"), YEARS, ENDED, kind="address")
DONE = Personal("duty", _("告知办理结果"), YEARS, ENDED, of="both", ends="fade")
CONTACT = _("回访与答复反映人")

WITH_A_BODY = [*HANDED_OUT, State.OUTSIDE]

COUNTED_ACTS = (
    *("accept", "file", "dispatch", "hand_back", "refuse", "settle", "rate", "reopen"),
    *("extend", "suspend", "appeal", "hand_outside", "forward", "force_close"),
)
"""The acts that figures count by their day (``figures.py``); ``event_acts`` numbers them so: a new
one goes to the end."""


class Event(Case):
    """One matter: something in a place to put right (事件、案卷)."""

    workflow = EVENT
    access = Access(
        rows=Reach(
            place="region_path",
            body="body_id",
            bodies="shared_with",
            own="account_id",
            code=True,
        ),
        writes="insert update",
        opened_by_anyone=True,
    )
    personal = {
        "title": TOLD,
        "text": TOLD,
        "address": WHERE,
        "lon": WHERE,
        "lat": WHERE,
        "outcome": DONE,
        "reply": DONE,
        "asked_words": DONE,
        "promise": DONE,
        "question": DONE,
    }

    number = models.CharField("编号", max_length=16, unique=True)
    code_index = models.BinaryField("查询码索引", max_length=32, null=True)
    channel = models.CharField("来源", max_length=8)
    title = models.CharField("标题", max_length=60)
    text = models.TextField("情况")
    address = models.CharField("地点", max_length=200, blank=True)
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    category = models.CharField("类别", max_length=8, blank=True)
    suggested = models.CharField("建议类别", max_length=8, blank=True)
    suggested_words = ArrayField(
        models.CharField(max_length=20), verbose_name="建议依据的词", default=list
    )
    suggested_sure = models.FloatField("建议的把握", null=True)
    suggested_others = ArrayField(
        models.CharField(max_length=8), verbose_name="其他可能的类别", default=list
    )
    suggested_model = models.PositiveIntegerField("建议所用模型", default=0)
    must_verify = models.BooleanField("须先核实", default=False)
    is_verified = models.BooleanField("已核实", default=False)
    is_urgent = models.BooleanField("有安全风险", default=False)
    reported_at = models.DateTimeField("上报时间")
    handed_back_by = ArrayField(models.UUIDField(), verbose_name="退回过的单位", default=list)
    shared_with = ArrayField(models.UUIDField(), verbose_name="一并看得到的单位", default=list)
    """The bodies called to it besides the one that has it: they see it, and act on it as such."""
    open_parts = models.PositiveSmallIntegerField("未答复的协办", default=0)
    consulting = models.UUIDField("未定案的会商", null=True)
    consulted = models.PositiveSmallIntegerField("会商次数", default=0)
    dispatched_by = ArrayField(models.UUIDField(), verbose_name="派遣人", default=list)
    handled_by = ArrayField(models.UUIDField(), verbose_name="处置人", default=list)
    checked_by = ArrayField(models.UUIDField(), verbose_name="核查人", default=list)
    reworked = models.PositiveSmallIntegerField("返工次数", default=0)
    reopened = models.PositiveSmallIntegerField("重办次数", default=0)
    urged = models.PositiveSmallIntegerField("催办次数", default=0)
    outcome = models.TextField("处置结果", blank=True)
    reply = models.TextField("答复", blank=True)
    asking = models.CharField("待决申请", max_length=12, blank=True)
    asked_by = models.UUIDField("申请人", null=True)
    asked_days = models.PositiveSmallIntegerField("申请延期工作日", null=True)
    asked_ground = models.CharField("申请挂账条件", max_length=40, blank=True)
    asked_until = models.DateField("申请复核日期", null=True)
    asked_words = models.TextField("申请的话", blank=True)
    extended = models.PositiveSmallIntegerField("延期次数", default=0)
    suspended = models.PositiveSmallIntegerField("挂账次数", default=0)
    suspended_days = models.PositiveIntegerField("挂账天数", default=0)
    promise = models.TextField("给反映人的承诺", blank=True)
    question = models.TextField("问反映人的话", blank=True)
    question_by = models.UUIDField("询问人", null=True)
    questions = models.PositiveSmallIntegerField("询问次数", default=0)
    stands_until = models.DateTimeField("停表至", null=True)
    is_outside = models.BooleanField("由系统外单位办", default=False)
    stops_outside = models.BooleanField("在外停表", default=False)
    outside = models.PositiveSmallIntegerField("转外次数", default=0)
    outside_days = models.PositiveIntegerField("在外天数", default=0)
    moved = models.PositiveSmallIntegerField("转辖区次数", default=0)
    moving_to = models.CharField("转往辖区", max_length=80, db_collation="C", blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="并入",
        related_name="merged",
        null=True,
        db_index=False,
    )
    repeat_of = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="再次反映的前一件",
        related_name="again",
        null=True,
        db_index=False,
    )
    said_same = models.UUIDField("反映人说与此相同", null=True)
    solved = models.BooleanField("是否解决", null=True)
    treated = models.PositiveSmallIntegerField("服务态度", null=True)
    rated_by = models.CharField("评价来源", max_length=4, blank=True)
    called_by = models.UUIDField("正在回访的人", null=True)
    most_reopens = models.PositiveSmallIntegerField("答应可重办次数", null=True)
    reopen_until = models.DateTimeField("答应可重办至", null=True)
    excluded_reason = models.CharField("剔除理由", max_length=40, blank=True)
    closed_at = models.DateTimeField("结案时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "事件"
        constraints = [
            models.CheckConstraint(
                name="event_state_known", condition=models.Q(state__in=State.values)
            ),
            models.CheckConstraint(
                name="event_channel_known",
                condition=models.Q(channel__in=[c.value for c in Channel]),
            ),
            models.CheckConstraint(
                name="event_body_once_dispatched",
                condition=~models.Q(state__in=WITH_A_BODY) | models.Q(body_id__isnull=False),
            ),
            models.CheckConstraint(
                name="event_class_once_filed",
                condition=~models.Q(state__in=[State.FILED, State.CONSULTING, *WITH_A_BODY])
                | ~models.Q(category=""),
            ),
            models.CheckConstraint(
                name="event_point_whole",
                condition=models.Q(lon__isnull=True, lat__isnull=True)
                | models.Q(lon__range=(-180, 180), lat__range=(-90, 90)),
            ),
            models.CheckConstraint(
                name="event_place_ends_with_slash", condition=models.Q(region_path__endswith="/")
            ),
            models.CheckConstraint(
                name="event_treated_one_to_three",
                condition=models.Q(treated__isnull=True) | models.Q(treated__range=(1, 3)),
            ),
            models.CheckConstraint(
                name="event_asks_what_is_known",
                condition=models.Q(asking="")
                | models.Q(asking__in=[a.value for a in Asking], asked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="event_stands_until_a_day",
                condition=models.Q(state__in=STANDING, stands_until__isnull=False)
                | (~models.Q(state__in=STANDING) & models.Q(stands_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="event_merged_into_another",
                condition=~models.Q(merged_into=models.F("id"))
                & (~models.Q(state=State.MERGED) | models.Q(merged_into__isnull=False)),
            ),
            models.CheckConstraint(
                name="event_called_by_nobody_who_worked_on_it",
                condition=is_none_of("called_by", "dispatched_by", "handled_by", "checked_by"),
            ),
            models.CheckConstraint(
                name="event_rated_by_one_way",
                condition=models.Q(rated_by="")
                | models.Q(rated_by__in=[one.value for one in RatedBy], treated__isnull=False),
            ),
            models.CheckConstraint(
                name="event_repeats_another", condition=~models.Q(repeat_of=models.F("id"))
            ),
            models.CheckConstraint(
                name="event_consulting_only_in_consultation",
                condition=models.Q(consulting=None) | models.Q(state=State.CONSULTING),
            ),
            models.CheckConstraint(
                name="event_outside_has_it",
                condition=~models.Q(state=State.OUTSIDE) | models.Q(is_outside=True),
            ),
            models.UniqueConstraint("code_index", name="event_code_once"),
        ]
        indexes = [
            *ANSWER_ALONE,
            *OF_FEW,
            GinIndex("shared_with", name="event_by_shared_body"),
            models.Index("next_due_at", "id", name="event_by_next_due"),
            models.Index(
                "next_rung_at",
                "id",
                name="event_by_next_rung",
                condition=models.Q(next_rung_at__isnull=False),
            ),
            models.Index("reported_at", "id", name="event_by_time"),
            models.Index("due_at", name="event_by_due"),
            models.Index("due_at", name="event_left", condition=models.Q(closed_at__isnull=True)),
            models.Index(
                "region_path",
                name="event_excluded",
                condition=models.Q(excluded_reason__gt=""),
            ),
            models.Index(
                "lon", "lat", name="event_open_spot", condition=models.Q(closed_at__isnull=True)
            ),
            models.Index("state", "region_path", name="event_by_state_and_place"),
            models.Index(
                *("state", "reported_at", "id"),
                name="event_at_rest",
                condition=models.Q(next_due_at__isnull=True),
            ),
            models.Index(Collate("category", "C"), name="event_by_class"),
            models.Index(
                "account_id", name="event_by_owner", condition=models.Q(account_id__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def class_code(self) -> str:
        """Return the class by which limits are looked up."""
        return self.category

    def most(self, stage: str) -> int:
        """Return how often something may be done with it: the limit of the day it was reported."""
        row = codes.limit(
            workflow=EVENT.name,
            stage=stage,
            class_code=self.category,
            place=self.region_path,
            on=local(self.reported_at).date(),
        )
        return row.amount if row else (side.MOST | leaving.MOST | joint.MOST)[stage]

    def stands_still(self) -> bool:
        """Answer whether the body outside is waited for with the clock standing still."""
        return self.state == State.OUTSIDE and self.stops_outside


class EventStep(Step):
    """One act in the story of a matter (办理经过)."""

    access = Access(rows=Under("case", "events.Event"), writes="insert", opened_by_anyone=True)
    personal = of_steps(_("记录办理经过"), YEARS, "closed_at")

    case = models.ForeignKey(Event, models.CASCADE, verbose_name="事件", related_name="steps")

    class Meta:
        verbose_name = verbose_name_plural = "办理经过"
        constraints = [
            models.UniqueConstraint("case", "number", name="event_step_in_order"),
        ]
        indexes = [
            models.Index(
                "at",
                "verb",
                "case",
                name="event_step_counted",
                condition=models.Q(verb__in=COUNTED_ACTS),
            ),
        ]


Event.step_model = EventStep


class Origin(models.Model):
    """Where a matter came from that another system had before us (来源).

    Its source and the number it bears there are its natural key: brought in twice, it is one.
    """

    access = Access(rows=Under("event", "events.Event"), writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.OneToOneField(Event, models.CASCADE, verbose_name="事件", related_name="origin")
    source = models.CharField("来源系统", max_length=30)
    number = models.CharField("原编号", max_length=64)
    class_said = models.CharField("原类别", max_length=120, blank=True)
    body_said = models.CharField("原承办单位", max_length=120, blank=True)
    place_said = models.CharField("原片区", max_length=120, blank=True)
    mark = models.BinaryField("内容标记", max_length=34)
    version = models.PositiveIntegerField("导入时的版本")
    taken_at = models.DateTimeField("导入时间")

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "来源"
        constraints = [
            models.UniqueConstraint("source", "number", name="origin_once_in_its_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.number}"


class Contact(models.Model):
    """How to reach the reporter, if they wish; sealed, and gone when its end comes (联系方式)."""

    access = Access(rows=Under("event", "events.Event"), writes="all", opened_by_anyone=True)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.OneToOneField(Event, models.CASCADE, verbose_name="事件", related_name="contact")
    name = EncryptedField(
        "姓名",
        personal=Personal(
            "duty", CONTACT, 730, "event__closed_at", kind="name", opened_by=REACHES_REPORTER
        ),
    )
    phone = EncryptedField(
        "电话",
        personal=Personal(
            "duty", CONTACT, 730, "event__closed_at", kind="phone", opened_by=REACHES_REPORTER
        ),
    )
    phone_index = BlindIndexField("电话索引", of="phone")
    may_text = models.BooleanField("同意发短信", default=False)
    is_confidential = models.BooleanField("要求保密", default=False)
    agreed = models.CharField("同意方式", max_length=8, blank=True)
    may_ask_back = models.BooleanField("同意回访电话", default=False)
    given_at = models.DateTimeField("提供时间")

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "联系方式"

    def __str__(self) -> str:
        return f"{self.name or ''} {self.phone or ''}".strip()

    @property
    def region_path(self) -> str:
        """Return the place of the matter, by which roles on its contact are reckoned."""
        return self.event.region_path

    @property
    def body_id(self) -> UUID | None:
        """Return the body that has the matter."""
        return self.event.body_id


class Idempotency(models.Model):
    """What a key was answered with, for a day, so that a repeated report is one report (幂等)."""

    access = Access(writes="all")
    personal = {
        "answer": Personal(
            "duty",
            _("重复提交时给出同一答复"),
            1,
            ends="timer",
            timer="quanyu.events.jobs.forget_keys",
        ),
    }

    key = models.BinaryField("键", max_length=32, primary_key=True)
    request = models.BinaryField("请求摘要", max_length=32)
    answer = models.BinaryField("封存的答复")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "幂等键"
        indexes = [models.Index("at", name="idempotency_by_time")]

    def __str__(self) -> str:
        return f"{self.at}"


KEY_PLACE = "events.idempotency.answer"
seals("events.idempotency", "answer", place=KEY_PLACE)
