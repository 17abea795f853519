from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("regions", "0009_found_grids_and_say_who_drew_them"),
    ]

    operations = [
        migrations.AddField(
            model_name="gridcheck",
            name="new_faults",
            field=models.PositiveIntegerField(default=0, verbose_name="新问题数"),
        ),
        migrations.AddField(
            model_name="gridfinding",
            name="is_new",
            field=models.BooleanField(default=False, verbose_name="新问题"),
        ),
    ]
