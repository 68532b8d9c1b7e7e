"""Pictures of cells with operations on edges: what is in them, and that nothing overlaps."""

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support.svg import (
    SVG,
    check_boxes,
    check_stands_in_a_page,
    edge_of,
    lines_of,
    outside,
    points_of,
    root_of,
    sides,
)

from nasbench_db.architectures.drawing import CONV1X1, CONV3X3, POOL, SKIP
from nasbench_db.architectures.edge_drawing import draw_edges
from nasbench_db.architectures.edges import EDGES

KINDS = {
    "none": None,
    "skip_connect": SKIP,
    "conv_1x1": CONV1X1,
    "conv_3x3": CONV3X3,
    "avg_pool_3x3": POOL,
}
FULL = ["conv_3x3", "conv_1x1", "avg_pool_3x3", "skip_connect", "conv_3x3", "conv_1x1"]
MIXED = ["none", "skip_connect", "conv_3x3", "none", "conv_1x1", "avg_pool_3x3"]
CLEARANCE = 8

operations = st.lists(st.sampled_from(list(KINDS)), min_size=6, max_size=6)


def drawn(ops):
    """The ``<svg>`` element of a cell's drawing."""
    return root_of(draw_edges("A cell", ops, KINDS))


def test_boxes_keep_their_distance():
    """Nodes and labels from each other and from the border."""
    root = drawn(FULL)
    boxes = [sides(rect) for rect in root.iter(f"{SVG}rect")]
    assert len(boxes) == 4 + 6
    check_boxes(root, boxes, CLEARANCE)


def test_lines_run_over_no_box_but_their_own():
    """A line passes its label, touches its nodes, and keeps away from all else."""
    root = drawn(FULL)
    for edge, line in lines_of(root).items():
        points = points_of(line.get("d"))
        assert (np.diff(points[:, 1]) >= 0).all()
        for rect in root.iter(f"{SVG}rect"):
            near = outside(sides(rect), points).min()
            if rect.get("data-vertex"):
                own = int(rect.get("data-vertex")) in edge
                assert near >= (0 if own else CLEARANCE)
            elif edge_of(rect) == edge:
                assert near < -10
            else:
                assert near >= CLEARANCE


def test_lines_join_their_nodes():
    """From the lower side of the source to an arrow's length above the target."""
    root = drawn(FULL)
    nodes = {
        int(rect.get("data-vertex")): sides(rect)
        for rect in root.iter(f"{SVG}rect")
        if rect.get("data-vertex")
    }
    for (source, target), line in lines_of(root).items():
        points = points_of(line.get("d"))
        assert points[0, 1] == nodes[source][3]
        assert 0 < nodes[target][1] - points[-1, 1] < 12
        assert nodes[source][0] + 14 < points[0, 0] < nodes[source][2] - 14
        assert nodes[target][0] + 14 < points[-1, 0] < nodes[target][2] - 14


def test_no_lines_cross():
    """Lines go downward, and one stays to the left of the other where both pass."""
    found = [points_of(line.get("d")) for line in lines_of(drawn(FULL)).values()]
    for one, other in combinations(found, 2):
        top, bottom = max(one[0, 1], other[0, 1]), min(one[-1, 1], other[-1, 1])
        y = np.linspace(top, bottom, 300) if top < bottom else np.array([])
        apart = np.interp(y, one[:, 1], one[:, 0]) - np.interp(y, other[:, 1], other[:, 0])
        assert (apart > 0).all() or (apart < 0).all()


@given(operations)
def test_every_operation_is_named_on_its_edge(ops):
    """In a box and a text, at the same place in every drawing; ``none`` has neither."""
    root = drawn(ops)
    labels = [rect for rect in root.iter(f"{SVG}rect") if rect.get("data-from")]
    there = [edge for edge, op in zip(EDGES, ops, strict=True) if op != "none"]
    assert [edge_of(rect) for rect in labels] == there
    texts = [text for text in root.iter(f"{SVG}text") if text.text in KINDS]
    assert [text.text for text in texts] == [op for op in ops if op != "none"]
    for rect, text in zip(labels, texts, strict=True):
        left, top, right, bottom = sides(rect)
        assert float(text.get("x")) == (left + right) / 2
        assert top + 10 < float(text.get("y")) < bottom - 8
    lines = lines_of(root)
    assert list(lines) == list(EDGES)
    full = {edge: line.get("d") for edge, line in lines_of(drawn(FULL)).items()}
    assert {edge: line.get("d") for edge, line in lines.items()} == full


def test_kinds_of_edges_look_different():
    """Operations on thick lines, skips on thin ones, nothing on dots without an arrow."""
    root = drawn(MIXED)
    lines = lines_of(root).values()
    widths = [float(line.get("stroke-width")) for line in lines]
    assert [bool(line.get("stroke-dasharray")) for line in lines] == [op == "none" for op in MIXED]
    assert widths[1] < widths[2] == widths[4] == widths[5]
    arrows = [path for path in root.iter(f"{SVG}path") if not path.get("data-from")]
    assert sum(path.get("d").count("M") for path in arrows) == 4
    fills = {rect.get("fill") for rect in root.iter(f"{SVG}rect") if rect.get("data-from")}
    assert len(fills) == 4


def test_drawing_says_in_words_what_it_shows():
    """The title and the description come first, where screen readers look for them."""
    root = drawn(MIXED)
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == "A cell"
    assert root[1].text == (
        "Edge from 0 to 1: none. Edge from 0 to 2: skip_connect. Edge from 1 to 2: conv_3x3. "
        "Edge from 0 to 3: none. Edge from 1 to 3: conv_1x1. Edge from 2 to 3: avg_pool_3x3."
    )


@given(operations)
def test_several_drawings_fit_in_one_page(ops):
    """They share nothing."""
    check_stands_in_a_page(draw_edges("A cell", ops, KINDS).svg)
