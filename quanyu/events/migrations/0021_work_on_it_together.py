import django.contrib.postgres.fields
import django.db.models.deletion
import quanyu.kernel.keys
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("codes", "0003_tell_step_by_step"),
        ("events", "0020_tell_neighbours_what_is_reported"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consultation",
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
                ("question", models.TextField(verbose_name="议题")),
                ("meets_at", models.DateTimeField(verbose_name="会商时间")),
                ("place", models.TextField(verbose_name="会商地点")),
                (
                    "invited",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), size=None, verbose_name="受邀单位"
                    ),
                ),
                ("convened_at", models.DateTimeField(verbose_name="召集时间")),
                ("convened_by", models.UUIDField(null=True, verbose_name="召集人")),
                (
                    "attended",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        default=list,
                        size=None,
                        verbose_name="到会单位",
                    ),
                ),
                ("people", models.PositiveSmallIntegerField(null=True, verbose_name="到会人数")),
                ("decision", models.TextField(blank=True, verbose_name="决定")),
                ("body_id", models.UUIDField(null=True, verbose_name="牵头单位")),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="定案或取消时间")),
                ("ended_by", models.UUIDField(null=True, verbose_name="记录人")),
                ("is_called_off", models.BooleanField(default=False, verbose_name="已取消")),
            ],
            options={
                "verbose_name": "疑难会商",
                "verbose_name_plural": "疑难会商",
            },
        ),
        migrations.CreateModel(
            name="JointPart",
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
                ("body_id", models.UUIDField(verbose_name="协办单位")),
                ("task", models.TextField(verbose_name="要办什么")),
                ("state", models.CharField(default="asked", max_length=10, verbose_name="状态")),
                ("asked_at", models.DateTimeField(verbose_name="请办时间")),
                ("asked_by", models.UUIDField(null=True, verbose_name="请办人")),
                ("due_at", models.DateTimeField(verbose_name="到期")),
                ("resumed_at", models.DateTimeField(null=True, verbose_name="续走时间")),
                ("told_at", models.DateTimeField(null=True, verbose_name="逾期告知时间")),
                ("taken_at", models.DateTimeField(null=True, verbose_name="签收时间")),
                ("taken_by", models.UUIDField(null=True, verbose_name="签收人")),
                (
                    "handed_back",
                    models.PositiveSmallIntegerField(default=0, verbose_name="退回次数"),
                ),
                (
                    "legal_ground",
                    models.CharField(blank=True, max_length=40, verbose_name="退回依据"),
                ),
                ("reason", models.TextField(blank=True, verbose_name="退回理由")),
                ("outcome", models.TextField(blank=True, verbose_name="答复")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
                ("withdrawn_reason", models.TextField(blank=True, verbose_name="撤回理由")),
            ],
            options={
                "verbose_name": "协办任务",
                "verbose_name_plural": "协办任务",
            },
        ),
        migrations.RemoveConstraint(
            model_name="event",
            name="event_class_once_filed",
        ),
        migrations.RemoveConstraint(
            model_name="event",
            name="event_state_known",
        ),
        migrations.AddField(
            model_name="event",
            name="consulted",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="会商次数"),
        ),
        migrations.AddField(
            model_name="event",
            name="consulting",
            field=models.UUIDField(null=True, verbose_name="未定案的会商"),
        ),
        migrations.AddField(
            model_name="event",
            name="open_parts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="未答复的协办"),
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
                condition=models.Q(("consulting", None), ("state", "consulting"), _connector="OR"),
                name="event_consulting_only_in_consultation",
            ),
        ),
        migrations.AddField(
            model_name="consultation",
            name="clause",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="codes.clause",
                verbose_name="依据条款",
            ),
        ),
        migrations.AddField(
            model_name="consultation",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consultations",
                to="events.event",
                verbose_name="事件",
            ),
        ),
        migrations.AddField(
            model_name="jointpart",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="events.event",
                verbose_name="事件",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.UniqueConstraint(
                models.F("event"),
                condition=models.Q(("ended_at", None)),
                name="consultation_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at", None),
                    ("is_called_off", True),
                    models.Q(
                        ("body_id__isnull", False),
                        ("people__gte", 1),
                        models.Q(("decision", ""), _negated=True),
                        models.Q(("attended", []), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="consultation_minutes_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="jointpart",
            index=models.Index(
                models.F("body_id"),
                models.F("due_at"),
                condition=models.Q(("state__in", ["asked", "doing", "returned"])),
                name="joint_part_owed",
            ),
        ),
        migrations.AddConstraint(
            model_name="jointpart",
            constraint=models.UniqueConstraint(
                models.F("event"),
                models.F("body_id"),
                condition=models.Q(("state__in", ["asked", "doing", "returned"])),
                name="joint_part_one_open_a_body",
            ),
        ),
        migrations.AddConstraint(
            model_name="jointpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["asked", "doing", "returned", "answered", "withdrawn"])
                ),
                name="joint_part_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="jointpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", False), ("state", "answered")),
                    models.Q(models.Q(("state", "answered"), _negated=True), ("answered_at", None)),
                    _connector="OR",
                ),
                name="joint_part_answered_whole",
            ),
        ),
    ]
