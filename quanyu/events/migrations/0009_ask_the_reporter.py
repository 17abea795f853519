from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0008_keep_what_has_piled_up"),
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
        migrations.RemoveConstraint(
            model_name="event",
            name="event_stands_until_a_day",
        ),
        migrations.AddField(
            model_name="event",
            name="question",
            field=models.TextField(blank=True, verbose_name="问反映人的话"),
        ),
        migrations.AddField(
            model_name="event",
            name="question_by",
            field=models.UUIDField(null=True, verbose_name="询问人"),
        ),
        migrations.AddField(
            model_name="event",
            name="questions",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="询问次数"),
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
                                "waiting",
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
                condition=models.Q(
                    models.Q(
                        ("stands_until__isnull", False),
                        ("state__in", ["suspended", "queried", "waiting"]),
                    ),
                    models.Q(
                        models.Q(("state__in", ["suspended", "queried", "waiting"]), _negated=True),
                        ("stands_until__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="event_stands_until_a_day",
            ),
        ),
    ]
