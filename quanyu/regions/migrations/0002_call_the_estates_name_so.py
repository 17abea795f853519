"""The column keeps its name: what was called an estate is the estate's name (小区名称)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("regions", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("Building", "estate", "estate_name"),
                migrations.AlterField(
                    "Building",
                    "estate_name",
                    models.CharField(
                        blank=True, db_column="estate", max_length=80, verbose_name="小区名称"
                    ),
                ),
            ]
        )
    ]
