from django.db import migrations, models

FILL = """
UPDATE regions_claim AS claim
   SET title = reorganisation.title, effective_date = reorganisation.effective_date
  FROM regions_reorganisation AS reorganisation
 WHERE reorganisation.id = claim.reorganisation_id
"""
"""A claim is a copy of what was approved, which does not change any more."""


class Migration(migrations.Migration):
    dependencies = [("regions", "0007_keep_plans_of_grids")]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="name",
            field=models.CharField(blank=True, default="", max_length=80, verbose_name="将用名称"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="claim",
            name="title",
            field=models.CharField(default="", max_length=80, verbose_name="标题"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="claim",
            name="effective_date",
            field=models.DateField(default="2000-01-01", verbose_name="生效日期"),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("path__endswith", "/")), name="claim_place_ends_with_slash"
            ),
        ),
    ]
