from datetime import time

from django.conf import settings
from django.db import models
from django.db.models import Q

from quanyu.kernel.access.queries import ScopedManager
from quanyu.kernel.access.reach import Access, Reach
from quanyu.kernel.errors import gettext_noop as _
from quanyu.kernel.keys import uuid7
from quanyu.kernel.notices.rules import CALLERS, Channel, State
from quanyu.kernel.privacy.fields import EncryptedField
from quanyu.kernel.privacy.rules import Personal

MINE = Reach(place="", own="account_id", jobs=True)
WORDED = ["inapp", *(channel.value for channel in Channel)]


class Wording(models.Model):
    """What people are told under one topic by one way, from a day on (通知模板)."""

    access = Access(writes="insert")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField("主题", max_length=60)
    channel = models.CharField("渠道", max_length=8)
    subject = models.CharField("标题", max_length=120, blank=True)
    body = models.TextField("正文")
    subject_en = models.CharField("英文标题", max_length=160, blank=True)
    body_en = models.TextField("英文正文")
    provider_code = models.CharField("服务商模板编号", max_length=80, blank=True)
    valid_from = models.DateField("生效日期")
    made_by = models.UUIDField("登记人", null=True)
    made_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "通知模板"
        indexes = [
            models.Index(fields=["topic", "channel", "-valid_from"], name="notice_wording_by_topic")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=WORDED), name="notice_wording_channel_known"
            ),
            models.CheckConstraint(
                condition=~Q(body="") & ~Q(body_en=""), name="notice_wording_in_both_languages"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.channel}"


class Choice(models.Model):
    """How one person wants to be told; who chose nothing has no row (通知方式)."""

    access = Access(rows=MINE, writes="insert update")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="账号", related_name="+"
    )
    language = models.CharField("语言", max_length=8, default="zh-hans")
    quiet_from = models.TimeField("免打扰起", default=time(20))
    quiet_to = models.TimeField("免打扰止", default=time(8))
    quiet_rest_days = models.BooleanField("休息日免打扰", default=True)
    ways = models.JSONField("各类的方式", default=dict)
    phone = EncryptedField(
        "手机",
        personal=Personal(
            "consent", _("用短信通知本人工作上的事"), 30, "ended_at", kind="phone", of="staff"
        ),
    )
    ended_at = models.DateTimeField("账号停用时间", null=True)
    changed_at = models.DateTimeField("修改时间")

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "通知方式"

    def __str__(self) -> str:
        return str(self.account_id)


class MailProof(models.Model):
    """A mail address of one's own that waits for the code sent there (待核对的邮箱)."""

    access = Access(rows=MINE)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="账号", related_name="+"
    )
    address = EncryptedField(
        "邮箱",
        personal=Personal(
            "consent", _("核对本人填写的通知邮箱"), 1, "asked_at", kind="email", of="staff"
        ),
    )
    asked_at = models.DateTimeField("填写时间")
    tries = models.PositiveSmallIntegerField("试过次数", default=0)

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "待核对的邮箱"

    def __str__(self) -> str:
        return str(self.account_id)


class Notice(models.Model):
    """One thing one person is told (通知).

    To an account, or to a resident by the number they left with their matter. What fills the
    wording are keys and short public words. Nobody but its owner sees whether it was read.
    """

    access = Access(
        rows=Reach(place="call_path", own="account_id", jobs=True),
        writes="all",
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="收件人",
        related_name="+",
        null=True,
        db_index=False,
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="代谁",
        related_name="+",
        null=True,
        db_index=False,
    )
    topic = models.CharField("主题", max_length=60)
    subject = models.CharField("对象", max_length=100)
    occasion = models.CharField("哪一次", max_length=40)
    link = models.CharField("页面", max_length=200, blank=True)
    words = models.JSONField("用词", default=dict)
    region_path = models.CharField("地方", max_length=80, db_collation="C")
    is_urgent = models.BooleanField("紧急", default=False)
    made_at = models.DateTimeField("时间")
    expires_at = models.DateTimeField("到期")
    read_at = models.DateTimeField("读过时间", null=True)
    over_at = models.DateTimeField("事已过时间", null=True)
    call_path = models.CharField("电话名单所在地方", max_length=80, db_collation="C", blank=True)
    phone = EncryptedField(
        "电话",
        personal=Personal(
            "duty", _("把结果告诉反映人"), 30, "made_at", kind="phone", opened_by=CALLERS
        ),
    )
    name = EncryptedField(
        "姓名",
        personal=Personal(
            "duty", _("把结果告诉反映人"), 30, "made_at", kind="name", opened_by=CALLERS
        ),
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        indexes = [
            models.Index(fields=["account", "-id"], name="notice_by_account"),
            models.Index(
                "account",
                name="notice_unread",
                condition=Q(read_at__isnull=True, over_at__isnull=True),
            ),
            models.Index("subject", name="notice_by_subject"),
            models.Index("expires_at", name="notice_by_end"),
            models.Index("call_path", name="notice_to_call", condition=~Q(call_path="")),
        ]
        constraints = [
            models.UniqueConstraint(
                "account",
                "topic",
                "subject",
                "occasion",
                name="notice_told_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(link="") | Q(link__startswith="/desk/"), name="notice_link_is_ours"
            ),
            models.CheckConstraint(
                condition=Q(call_path="") | Q(account__isnull=True, call_path__endswith="/"),
                name="notice_calls_residents_only",
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=True) | Q(phone__isnull=True, name__isnull=True),
                name="notice_number_of_residents_only",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"


class Delivery(models.Model):
    """One notice on one way out of the house: how often tried, and with what end (发送).

    It holds no person, no address and no words.
    """

    access = Access(writes="all")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(
        Notice, models.CASCADE, verbose_name="通知", related_name="deliveries"
    )
    channel = models.CharField("渠道", max_length=8)
    state = models.CharField("状态", max_length=12, default=State.WAITING.value)
    is_digest = models.BooleanField("合并发送", default=False)
    tries = models.PositiveSmallIntegerField("次数", default=0)
    next_at = models.DateTimeField("下次时间", null=True)
    reference = models.CharField("凭据", max_length=120, blank=True)
    fault = models.CharField("原因", max_length=40, blank=True)
    changed_at = models.DateTimeField("更新时间")

    class Meta:
        verbose_name = verbose_name_plural = "发送"
        indexes = [
            models.Index(
                "next_at", "id", name="delivery_waiting", condition=Q(state=State.WAITING.value)
            ),
            models.Index(fields=["state", "-changed_at"], name="delivery_by_state"),
            models.Index("reference", name="delivery_by_reference", condition=~Q(reference="")),
        ]
        constraints = [
            models.UniqueConstraint("notice", "channel", name="delivery_once_a_way"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[c.value for c in Channel]), name="delivery_channel_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WAITING.value) | Q(next_at__isnull=False),
                name="delivery_waits_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
