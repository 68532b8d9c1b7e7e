"""Graphs and bars in characters, for terminals: what is a picture elsewhere.

A vertex is a line with its name. What leaves it goes down in a lane at the left, one for all of
its edges, and turns right where an edge ends. A lane that a line only passes is drawn over it, so
that what meets can be told from what crosses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_ASCII = str.maketrans("╭╮╰╯├┼┴│─►█", "+++++++|->#")
"""The same with the characters that every terminal has."""

_MOST_BARS = 40
"""How many characters the longest bar has."""


def plain_characters(text: str) -> str:
    """A drawing in ASCII alone."""
    return text.translate(_ASCII)


def draw_graph(names: Sequence[str], edges: Iterable[tuple[int, int]]) -> str:
    """The lines of a graph without circles.

    Args:
        names: of each vertex, in an order in which edges lead forward.
        edges: pairs of vertices, the one that an edge leaves first.
    """
    targets: dict[int, set[int]] = {}
    for u, v in edges:
        targets.setdefault(u, set()).add(v)
    lanes = _lanes({u: max(ends) for u, ends in targets.items()})
    width = max(lanes.values(), default=-1) + 1
    lines = []
    for v, name in enumerate(names):
        if v:
            lines.append(_entering(v, targets, lanes, width) + name)
        else:
            lines.append(" " * (3 * width) + name)
        if v in lanes:
            lines.append(_leaving(v, targets, lanes, width))
    return "\n".join(line.rstrip() for line in lines)


def _lanes(last: dict[int, int]) -> dict[int, int]:
    """The lane of each vertex that edges leave: the longer the way, the farther left."""
    lanes: dict[int, int] = {}
    for u in sorted(last, key=lambda u: (u - last[u], u)):
        taken = {lane for other, lane in lanes.items() if other < last[u] and u < last[other]}
        lanes[u] = next(lane for lane in range(len(last)) if lane not in taken)
    return lanes


def _entering(v: int, targets: dict[int, set[int]], lanes: dict[int, int], width: int) -> str:
    """What is at the left of a vertex's name: the ends of the edges that lead to it."""
    line = [" "] * (3 * width)
    passing = {lanes[u]: u for u, ends in targets.items() if u < v <= max(ends)}
    first = min((lane for lane, u in passing.items() if v in targets[u]), default=width)
    for at in range(3 * first, 3 * width):
        line[at] = "─"
    if first < width:
        line[-2:] = "► "
    for lane, u in passing.items():
        goes_on = v < max(targets[u])
        if v not in targets[u]:
            line[3 * lane] = "│"
        elif lane == first:
            line[3 * lane] = "├" if goes_on else "╰"
        else:
            line[3 * lane] = "┼" if goes_on else "┴"
    return "".join(line)


def _leaving(v: int, targets: dict[int, set[int]], lanes: dict[int, int], width: int) -> str:
    """The line below a vertex: its lane begins."""
    line = [" "] * (3 * width + 1)
    for at in range(3 * lanes[v], 3 * width):
        line[at] = "─"
    line[3 * lanes[v]], line[-1] = "╭", "╯"
    for u, ends in targets.items():
        if u < v < max(ends):
            line[3 * lanes[u]] = "│"
    return "".join(line)


def draw_bars(rows: Sequence[tuple[str, float, str]]) -> str:
    """A line for each row: its name, a bar, and what is written behind it.

    Args:
        rows: name, length, and text of each.
    """
    names = max(len(name) for name, _, _ in rows)
    most = max(length for _, length, _ in rows)
    return "\n".join(
        f"{name.ljust(names)}  {'█' * max(1, round(length / most * _MOST_BARS))} {text}"
        for name, length, text in rows
    )
