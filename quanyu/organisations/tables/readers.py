"""Who opens the lists of the register (谁可以看)."""

from typing import Final

from quanyu.kernel.access.rules import SIGHTED_ROLES, Role

READERS: Final = SIGHTED_ROLES | {Role.HANDLER, Role.PARTY_OFFICER, Role.SYS_ADMIN}
