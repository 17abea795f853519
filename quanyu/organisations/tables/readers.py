"""Who opens the lists of the register (谁可以看)."""

from typing import Final

from quanyu.kernel.access.rules import CIRCLES, SIGHTED_ROLES, Role

READERS: Final = SIGHTED_ROLES | CIRCLES["life"] | {Role.HANDLER, Role.SYS_ADMIN}
