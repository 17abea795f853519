"""The staircases, floors and rooms of a sample building with so many households (示例房)."""

FLOORS = 6
DOORS = 2
"""To a landing."""

Home = tuple[str, int, str]
"""Staircase, floor, room."""


def homes_of(households: int) -> tuple[Home, ...]:
    """Return a home for each household: six floors, two doors a landing, stair after stair."""
    found = []
    for number in range(households):
        stair, home = divmod(number, FLOORS * DOORS)
        floor, door = divmod(home, DOORS)
        found.append((str(stair + 1), floor + 1, f"{floor + 1}{door + 1:02}"))
    return tuple(found)
