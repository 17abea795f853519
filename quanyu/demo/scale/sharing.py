"""Share a number out among places, to the last one (最大余数法)."""

from collections.abc import Sequence


def shared(
    number: int, weights: Sequence[float], *, most: Sequence[int] | None = None
) -> list[int]:
    """Return how much of ``number`` each place gets, by weight; it all comes to ``number``.

    What a place has no room for goes to the others by their weights.

    :param most: so many at most to each place
    :raises ValueError: if all places together have no room for it, or nothing has weight
    """
    room = [number] * len(weights) if most is None else list(most)
    found = [0] * len(weights)
    left = number
    while left:
        open_ = [at for at, weight in enumerate(weights) if weight > 0 and found[at] < room[at]]
        if not open_:
            detail = f"no room for {left} of {number}"
            raise ValueError(detail)
        for at, more in zip(open_, _once(left, [weights[at] for at in open_]), strict=True):
            given = min(more, room[at] - found[at])
            found[at] += given
            left -= given
    return found


def _once(number: int, weights: Sequence[float]) -> list[int]:
    whole = sum(weights)
    shares = [number * weight / whole for weight in weights]
    found = [int(share) for share in shares]
    # Of equal remainders the first: the same weights always give the same.
    largest = sorted(range(len(shares)), key=lambda at: found[at] - shares[at])
    for at in largest[: number - sum(found)]:
        found[at] += 1
    return found
