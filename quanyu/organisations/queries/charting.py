"""What a chart of one body and all below it draws (组织图)."""

from datetime import date
from uuid import UUID

from quanyu.organisations.queries.net import Node, below
from quanyu.organisations.rules.chart import MOST, Branch


def chart(root: Node, *, on: date) -> Branch:
    """Return a body and what hung under it on a day, level by level, as far as a sheet holds."""
    children: dict[UUID, tuple[Node, ...]] = {}
    level, count = [root], 1
    seen = {root.id}
    while level:
        coming: list[Node] = []
        for one in level:
            rows = tuple(row for row in below(one.id, on=on) if row.id not in seen)
            if not one.below or count + len(rows) > MOST:
                continue
            children[one.id] = rows
            seen |= {row.id for row in rows}
            count += len(rows)
            coming += rows
        level = coming
    return _branch(root, children)


def _branch(node: Node, children: dict[UUID, tuple[Node, ...]]) -> Branch:
    drawn = children.get(node.id)
    return Branch(
        name=node.name,
        kind=node.kind_name,
        is_commanded=node.is_commanded,
        below=tuple(_branch(one, children) for one in drawn or ()),
        more=node.below if drawn is None else 0,
    )
