"""Give every building its first row of where it stood: in its grid, since the grid began."""

from django.db import migrations

FILL = """
INSERT INTO regions_siting (id, building_id, region_path, valid_from)
SELECT gen_random_uuid(), building.id, building.region_path, coalesce(
         (SELECT min(valid_from) FROM regions_region WHERE path = building.region_path),
         CURRENT_DATE)
  FROM regions_building AS building
 WHERE NOT EXISTS (SELECT FROM regions_siting WHERE building_id = building.id)
"""


class Migration(migrations.Migration):
    dependencies = [("regions", "0003_keep_estates_dwellings_and_dates")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
