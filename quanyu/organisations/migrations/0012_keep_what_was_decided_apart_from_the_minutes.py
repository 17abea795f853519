import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

FILL = """UPDATE organisations_resolution AS row
   SET region_path = held.region_path, kind = held.kind, invited = held.invited
  FROM organisations_meeting AS held
 WHERE held.id = row.meeting_id"""


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0011_let_the_level_above_end_an_appointment"),
    ]

    operations = [
        migrations.AddField(
            model_name="resolution",
            name="invited",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                default=list,
                size=None,
                verbose_name="参加单位",
            ),
        ),
        migrations.AddField(
            model_name="resolution",
            name="kind",
            field=models.CharField(default="", max_length=16, verbose_name="会议类型"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="resolution",
            name="region_path",
            field=models.CharField(
                db_collation="C", default="", max_length=40, verbose_name="辖区"
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="resolution",
            index=models.Index("region_path", name="resolution_by_place"),
        ),
        migrations.AddIndex(
            model_name="resolution",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["invited"], name="resolution_by_invited"
            ),
        ),
        migrations.AddConstraint(
            model_name="resolution",
            constraint=models.CheckConstraint(
                condition=models.Q(("region_path__endswith", "/")),
                name="resolution_place_ends_with_a_slash",
            ),
        ),
    ]
