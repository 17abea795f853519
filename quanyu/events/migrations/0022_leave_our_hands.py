import django.db.models.deletion
import quanyu.kernel.keys
from django.db import migrations, models


ACTS = """
CREATE OR REPLACE FUNCTION event_acts(since timestamptz, until timestamptz)
RETURNS TABLE (case_id uuid, acts integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT SET work_mem = '64MB' ROWS 10000
AS $$
SELECT s.case_id, bit_or(CASE s.verb
  WHEN 'accept' THEN 1 WHEN 'file' THEN 2 WHEN 'dispatch' THEN 4
  WHEN 'hand_back' THEN 8 WHEN 'refuse' THEN 16 WHEN 'settle' THEN 32
  WHEN 'rate' THEN 64 WHEN 'reopen' THEN 128 WHEN 'extend' THEN 256
  WHEN 'suspend' THEN 512 WHEN 'appeal' THEN 1024 WHEN 'hand_outside' THEN 2048
  WHEN 'forward' THEN 4096 WHEN 'force_close' THEN 8192 END)
FROM events_eventstep s
WHERE s.at >= since AND s.at < until AND s.verb IN (
  'accept', 'file', 'dispatch', 'hand_back', 'refuse', 'settle', 'rate', 'reopen', 'extend',
  'suspend', 'appeal', 'hand_outside', 'forward', 'force_close')
GROUP BY s.case_id
$$
"""
BEFORE = """
CREATE OR REPLACE FUNCTION event_acts(since timestamptz, until timestamptz)
RETURNS TABLE (case_id uuid, acts integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT SET work_mem = '64MB' ROWS 10000
AS $$
SELECT s.case_id, bit_or(CASE s.verb
  WHEN 'accept' THEN 1 WHEN 'file' THEN 2 WHEN 'dispatch' THEN 4
  WHEN 'hand_back' THEN 8 WHEN 'refuse' THEN 16 WHEN 'settle' THEN 32
  WHEN 'rate' THEN 64 WHEN 'reopen' THEN 128 WHEN 'extend' THEN 256
  WHEN 'suspend' THEN 512 END)
FROM events_eventstep s
WHERE s.at >= since AND s.at < until AND s.verb IN (
  'accept', 'file', 'dispatch', 'hand_back', 'refuse', 'settle', 'rate', 'reopen', 'extend',
  'suspend')
GROUP BY s.case_id
$$
"""
"""The numbers are the places in ``COUNTED_ACTS``, as powers of two."""


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0021_work_on_it_together"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=quanyu.kernel.keys.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "region_path",
                    models.CharField(db_collation="C", max_length=80, verbose_name="辖区"),
                ),
                ("until", models.DateTimeField(verbose_name="截至")),
                ("seed", models.CharField(max_length=64, verbose_name="种子")),
                ("share", models.PositiveSmallIntegerField(verbose_name="比例")),
                ("few", models.PositiveSmallIntegerField(verbose_name="不多于几件全查")),
                ("population", models.PositiveIntegerField(verbose_name="件数")),
                ("drawn", models.PositiveIntegerField(verbose_name="抽中")),
                ("at", models.DateTimeField(verbose_name="抽取时间")),
            ],
            options={
                "verbose_name": "抽查",
                "verbose_name_plural": "抽查",
            },
        ),
        migrations.CreateModel(
            name="ForceClosing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=quanyu.kernel.keys.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("ground", models.CharField(max_length=40, verbose_name="事由")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("closed_by", models.UUIDField(verbose_name="强制结案人")),
                ("at", models.DateTimeField(verbose_name="强制结案时间")),
                ("is_drawn", models.BooleanField(null=True, verbose_name="抽中")),
                ("in_order", models.BooleanField(null=True, verbose_name="复查结论")),
                ("words", models.TextField(blank=True, verbose_name="复查意见")),
                ("reviewed_by", models.UUIDField(null=True, verbose_name="复查人")),
                ("reviewed_at", models.DateTimeField(null=True, verbose_name="复查时间")),
            ],
            options={
                "verbose_name": "强制结案",
                "verbose_name_plural": "强制结案",
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=quanyu.kernel.keys.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几函")),
                ("kind", models.CharField(max_length=8, verbose_name="种类")),
                ("body_id", models.UUIDField(verbose_name="致")),
                ("ground", models.CharField(blank=True, max_length=40, verbose_name="事由")),
                ("text", models.TextField(blank=True, verbose_name="内容")),
                ("stops_clock", models.BooleanField(default=False, verbose_name="停表")),
                ("promised_on", models.DateField(null=True, verbose_name="答应答复日期")),
                ("sent_at", models.DateTimeField(verbose_name="发出时间")),
                ("sent_by", models.UUIDField(null=True, verbose_name="经办人")),
                ("ending", models.CharField(blank=True, max_length=8, verbose_name="结果")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="了结时间")),
                ("answered_on", models.DateField(null=True, verbose_name="答复日期")),
                ("answered_by", models.CharField(blank=True, max_length=40, verbose_name="答复人")),
                ("answer", models.TextField(blank=True, verbose_name="答复")),
            ],
            options={
                "verbose_name": "函件",
                "verbose_name_plural": "函件",
            },
        ),
        migrations.RemoveConstraint(
            model_name="event",
            name="event_body_once_dispatched",
        ),
        migrations.RemoveConstraint(
            model_name="event",
            name="event_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="event",
            name="event_class_once_filed",
        ),
        migrations.RemoveIndex(
            model_name="eventstep",
            name="event_step_counted",
        ),
        migrations.AddField(
            model_name="event",
            name="is_outside",
            field=models.BooleanField(default=False, verbose_name="由系统外单位办"),
        ),
        migrations.AddField(
            model_name="event",
            name="moved",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="转辖区次数"),
        ),
        migrations.AddField(
            model_name="event",
            name="moving_to",
            field=models.CharField(
                blank=True, db_collation="C", max_length=80, verbose_name="转往辖区"
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="outside",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="转外次数"),
        ),
        migrations.AddField(
            model_name="event",
            name="outside_days",
            field=models.PositiveIntegerField(default=0, verbose_name="在外天数"),
        ),
        migrations.AddField(
            model_name="event",
            name="stops_outside",
            field=models.BooleanField(default=False, verbose_name="在外停表"),
        ),
        migrations.AddIndex(
            model_name="eventstep",
            index=models.Index(
                models.F("at"),
                models.F("verb"),
                models.F("case"),
                condition=models.Q(
                    (
                        "verb__in",
                        (
                            "accept",
                            "file",
                            "dispatch",
                            "hand_back",
                            "refuse",
                            "settle",
                            "rate",
                            "reopen",
                            "extend",
                            "suspend",
                            "appeal",
                            "hand_outside",
                            "forward",
                            "force_close",
                        ),
                    )
                ),
                name="event_step_counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "reported",
                            "verifying",
                            "verified",
                            "accepted",
                            "filed",
                            "dispatched",
                            "returned",
                            "handling",
                            "suspended",
                            "reviewing",
                            "queried",
                            "waiting",
                            "consulting",
                            "handled",
                            "checking",
                            "closed",
                            "rated",
                            "settled",
                            "refused",
                            "void",
                            "merged",
                            "outside",
                            "forced",
                            "forwarded",
                        ],
                    )
                ),
                name="event_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                "dispatched",
                                "returned",
                                "handling",
                                "handled",
                                "checking",
                                "suspended",
                                "reviewing",
                                "waiting",
                                "outside",
                            ],
                        ),
                        _negated=True,
                    ),
                    ("body_id__isnull", False),
                    _connector="OR",
                ),
                name="event_body_once_dispatched",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                "filed",
                                "consulting",
                                "dispatched",
                                "returned",
                                "handling",
                                "handled",
                                "checking",
                                "suspended",
                                "reviewing",
                                "waiting",
                                "outside",
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(("category", ""), _negated=True),
                    _connector="OR",
                ),
                name="event_class_once_filed",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "outside"), _negated=True),
                    ("is_outside", True),
                    _connector="OR",
                ),
                name="event_outside_has_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(
                models.F("region_path"), models.F("until"), name="draw_once_a_week"
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(("drawn__lte", models.F("population")), ("population__gte", 1)),
                name="draw_of_what_there_is",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(("region_path__endswith", "/")),
                name="draw_place_ends_with_slash",
            ),
        ),
        migrations.AddField(
            model_name="forceclosing",
            name="draw",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="closings",
                to="events.draw",
                verbose_name="抽查",
            ),
        ),
        migrations.AddField(
            model_name="forceclosing",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="force_closings",
                to="events.event",
                verbose_name="事件",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="letters",
                to="events.event",
                verbose_name="事件",
            ),
        ),
        migrations.AddIndex(
            model_name="forceclosing",
            index=models.Index(
                models.F("at"),
                condition=models.Q(("draw__isnull", True)),
                name="force_closing_not_drawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="forceclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("draw__isnull", True), ("is_drawn__isnull", True)),
                    models.Q(("draw__isnull", False), ("is_drawn__isnull", False)),
                    _connector="OR",
                ),
                name="force_closing_drawn_in_a_draw",
            ),
        ),
        migrations.AddConstraint(
            model_name="forceclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("in_order__isnull", True),
                        ("reviewed_at__isnull", True),
                        ("reviewed_by__isnull", True),
                    ),
                    models.Q(
                        ("in_order__isnull", False),
                        ("is_drawn", True),
                        ("reviewed_at__isnull", False),
                        ("reviewed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="force_closing_reviewed_when_drawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="forceclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewed_by__isnull", True),
                    models.Q(("reviewed_by", models.F("closed_by")), _negated=True),
                    _connector="OR",
                ),
                name="force_closing_reviewed_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="letter",
            index=models.Index(
                models.F("promised_on"), condition=models.Q(("ending", "")), name="letter_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                models.F("event"), models.F("number"), name="letter_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.UniqueConstraint(
                models.F("event"), condition=models.Q(("ending", "")), name="letter_one_waits"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["outside", "forward"])), name="letter_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("ending", "")),
                    models.Q(
                        ("ended_at__isnull", False), ("ending__in", ["done", "back", "stopped"])
                    ),
                    _connector="OR",
                ),
                name="letter_ending_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "outside"), _negated=True),
                    models.Q(
                        ("promised_on__isnull", False), models.Q(("ground", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="letter_outside_has_a_day",
            ),
        ),
        migrations.RunSQL(ACTS, BEFORE),
    ]
