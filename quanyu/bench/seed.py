"""What every city has, loaded into an empty database (基础数据)."""

from datetime import datetime

from django.conf import settings
from django.db import connections

from quanyu.kernel.access.rules import system
from quanyu.kernel.access.scope import acting
from quanyu.kernel.operations import migrate
from quanyu.organisations import actions as organisations
from quanyu.regions import actions as regions


def run(*, at: datetime) -> None:
    """Make the tables; load codes, calendar, divisions, the demo street, bodies and duties."""
    migrate.run(alias="owner")
    with acting(system(settings.QUANYU_CITY, job="bench")) as seeder:
        regions.seed(actor=seeder, at=at)
        regions.load_street(actor=seeder, at=at)
        organisations.load(actor=seeder, at=at)
    connections.close_all()
