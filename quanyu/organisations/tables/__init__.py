"""What the lists of this domain hold, on the page and in a file (列表)."""

from quanyu.organisations.tables.bodies import BODIES
from quanyu.organisations.tables.covers import COVERS
from quanyu.organisations.tables.duties import DUTIES
from quanyu.organisations.tables.participations import PARTICIPATIONS
from quanyu.organisations.tables.posts import APPOINTMENTS, POSTS
from quanyu.organisations.tables.readers import READERS

__all__ = ["APPOINTMENTS", "BODIES", "COVERS", "DUTIES", "PARTICIPATIONS", "POSTS", "READERS"]
