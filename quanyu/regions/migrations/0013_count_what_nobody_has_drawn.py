from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("regions", "0012_say_when_households_were_counted"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="gridfinding",
            name="grid_finding_fault_is_known",
        ),
        migrations.AddField(
            model_name="gridcheck",
            name="undrawn",
            field=models.PositiveIntegerField(default=0, verbose_name="未划边界的社区和村"),
        ),
        migrations.AddConstraint(
            model_name="gridfinding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "fault__in",
                        [
                            "building_in_none",
                            "building_in_two",
                            "building_elsewhere",
                            "overlap",
                            "gap",
                            "sticks_out",
                            "no_shape",
                            "not_drawn",
                            "wrong_shape",
                            "too_large",
                            "too_small",
                        ],
                    )
                ),
                name="grid_finding_fault_is_known",
            ),
        ),
    ]
