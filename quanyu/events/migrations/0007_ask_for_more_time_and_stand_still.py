from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0006_bring_in_the_past"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="event",
            name="event_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="event",
            name="event_body_once_dispatched",
        ),
        migrations.RemoveConstraint(
            model_name="event",
            name="event_class_once_filed",
        ),
        migrations.AddField(
            model_name="event",
            name="asked_by",
            field=models.UUIDField(null=True, verbose_name="申请人"),
        ),
        migrations.AddField(
            model_name="event",
            name="asked_days",
            field=models.PositiveSmallIntegerField(null=True, verbose_name="申请延期工作日"),
        ),
        migrations.AddField(
            model_name="event",
            name="asked_ground",
            field=models.CharField(blank=True, max_length=40, verbose_name="申请挂账条件"),
        ),
        migrations.AddField(
            model_name="event",
            name="asked_until",
            field=models.DateField(null=True, verbose_name="申请复核日期"),
        ),
        migrations.AddField(
            model_name="event",
            name="asked_words",
            field=models.TextField(blank=True, verbose_name="申请的话"),
        ),
        migrations.AddField(
            model_name="event",
            name="asking",
            field=models.CharField(blank=True, max_length=12, verbose_name="待决申请"),
        ),
        migrations.AddField(
            model_name="event",
            name="extended",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="延期次数"),
        ),
        migrations.AddField(
            model_name="event",
            name="promise",
            field=models.TextField(blank=True, verbose_name="给反映人的承诺"),
        ),
        migrations.AddField(
            model_name="event",
            name="span_extended",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="延长工作日"),
        ),
        migrations.AddField(
            model_name="event",
            name="stands_until",
            field=models.DateTimeField(null=True, verbose_name="停表至"),
        ),
        migrations.AddField(
            model_name="event",
            name="suspended",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="挂账次数"),
        ),
        migrations.AddField(
            model_name="event",
            name="suspended_days",
            field=models.PositiveIntegerField(default=0, verbose_name="挂账天数"),
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
                            "handled",
                            "checking",
                            "closed",
                            "rated",
                            "settled",
                            "refused",
                            "void",
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
                                "dispatched",
                                "returned",
                                "handling",
                                "handled",
                                "checking",
                                "suspended",
                                "reviewing",
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
                    ("asking", ""),
                    models.Q(
                        ("asked_by__isnull", False), ("asking__in", ["", "extension", "suspension"])
                    ),
                    _connector="OR",
                ),
                name="event_asks_what_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stands_until__isnull", False), ("state__in", ["suspended"])),
                    models.Q(
                        models.Q(("state__in", ["suspended"]), _negated=True),
                        ("stands_until__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="event_stands_until_a_day",
            ),
        ),
    ]
