import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.lookups
import quanyu.kernel.keys
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0018_call_departments_and_urge_them"),
    ]

    operations = [
        migrations.CreateModel(
            name="Callback",
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
                ("queued_at", models.DateTimeField(verbose_name="进入队列时间")),
                ("next_at", models.DateTimeField(verbose_name="可以打的时间")),
                ("until", models.DateTimeField(verbose_name="打到何时为止")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="打过几次")),
                ("most_tries", models.PositiveSmallIntegerField(verbose_name="最多打几次")),
                ("taken_at", models.DateTimeField(null=True, verbose_name="领取时间")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("ended", models.CharField(blank=True, max_length=12, verbose_name="怎样结束")),
            ],
            options={
                "verbose_name": "回访",
                "verbose_name_plural": "回访",
            },
        ),
        migrations.CreateModel(
            name="Exclusion",
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
                ("reason", models.CharField(max_length=40, verbose_name="剔除理由")),
                ("asked_words", models.TextField(verbose_name="申请的话")),
                ("asked_by", models.UUIDField(verbose_name="申请人")),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("body_id", models.UUIDField(null=True, verbose_name="申请时的承办单位")),
                (
                    "decision",
                    models.CharField(default="waiting", max_length=12, verbose_name="评审结果"),
                ),
                ("decided_words", models.TextField(blank=True, verbose_name="评审的话")),
                ("decided_by", models.UUIDField(null=True, verbose_name="评审人")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="评审时间")),
                ("undone_words", models.TextField(blank=True, verbose_name="撤销的话")),
                ("undone_by", models.UUIDField(null=True, verbose_name="撤销人")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="撤销时间")),
            ],
            options={
                "verbose_name": "剔除评审",
                "verbose_name_plural": "剔除评审",
            },
        ),
        migrations.AddField(
            model_name="contact",
            name="may_ask_back",
            field=models.BooleanField(default=False, verbose_name="同意回访电话"),
        ),
        migrations.AddField(
            model_name="event",
            name="called_by",
            field=models.UUIDField(null=True, verbose_name="正在回访的人"),
        ),
        migrations.AddField(
            model_name="event",
            name="checked_by",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), default=list, size=None, verbose_name="核查人"
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="excluded_reason",
            field=models.CharField(blank=True, max_length=40, verbose_name="剔除理由"),
        ),
        migrations.AddField(
            model_name="event",
            name="most_reopens",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="答应可重办次数"),
        ),
        migrations.AddField(
            model_name="event",
            name="rated_by",
            field=models.CharField(blank=True, max_length=4, verbose_name="评价来源"),
        ),
        migrations.AddField(
            model_name="event",
            name="reopen_until",
            field=models.DateTimeField(null=True, verbose_name="答应可重办至"),
        ),
        migrations.AddField(
            model_name="event",
            name="repeat_of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="again",
                to="events.event",
                verbose_name="再次反映的前一件",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                models.F("region_path"),
                condition=models.Q(("excluded_reason__gt", "")),
                name="event_excluded",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.IsNull(
                        models.Func(
                            models.F("dispatched_by"),
                            models.F("called_by"),
                            function="array_position",
                            output_field=models.IntegerField(),
                        ),
                        rhs=True,
                    ),
                    django.db.models.lookups.IsNull(
                        models.Func(
                            models.F("handled_by"),
                            models.F("called_by"),
                            function="array_position",
                            output_field=models.IntegerField(),
                        ),
                        rhs=True,
                    ),
                    django.db.models.lookups.IsNull(
                        models.Func(
                            models.F("checked_by"),
                            models.F("called_by"),
                            function="array_position",
                            output_field=models.IntegerField(),
                        ),
                        rhs=True,
                    ),
                ),
                name="event_called_by_nobody_who_worked_on_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rated_by", ""),
                    models.Q(("rated_by__in", ["self", "call"]), ("treated__isnull", False)),
                    _connector="OR",
                ),
                name="event_rated_by_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(("repeat_of", models.F("id")), _negated=True),
                name="event_repeats_another",
            ),
        ),
        migrations.AddField(
            model_name="callback",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="callbacks",
                to="events.event",
                verbose_name="事件",
            ),
        ),
        migrations.AddField(
            model_name="exclusion",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exclusions",
                to="events.event",
                verbose_name="事件",
            ),
        ),
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(
                models.F("next_at"),
                models.F("id"),
                condition=models.Q(("ended_at", None)),
                name="callback_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.UniqueConstraint(
                models.F("event"),
                condition=models.Q(("ended_at", None)),
                name="callback_open_once_a_matter",
            ),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended", ""), ("ended_at", None)),
                    models.Q(
                        ("ended__in", ["reached", "self", "refused", "not_reached", "lapsed"]),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="callback_ended_in_a_known_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="callback",
            constraint=models.CheckConstraint(
                condition=models.Q(("tries__lte", models.F("most_tries"))),
                name="callback_tries_within_what_was_set",
            ),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision__in", ["waiting", "excluded", "kept", "counted"])),
                name="exclusion_decision_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by", None), ("decision", "waiting")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="exclusion_decided_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decision", "counted"), _negated=True),
                    models.Q(
                        ("undone_at__isnull", False),
                        ("undone_by__isnull", False),
                        models.Q(("undone_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="exclusion_undone_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="exclusion",
            constraint=models.UniqueConstraint(
                models.F("event"),
                condition=models.Q(("decision__in", ["waiting", "excluded"])),
                name="exclusion_waits_or_stands_once",
            ),
        ),
    ]
