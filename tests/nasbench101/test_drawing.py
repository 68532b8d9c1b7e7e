"""Drawings of cells: what is in them, and that no edge runs over a vertex."""

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.graphs import enlarged, graphs
from support.svg import (
    SVG,
    check_boxes,
    check_stands_in_a_page,
    lines_of,
    outside,
    points_of,
    root_of,
    sides,
)

from nasbench_db.architectures.drawing import Drawing
from nasbench_db.nasbench101 import (
    CONV1X1_BN_RELU,
    CONV3X3_BN_RELU,
    INPUT,
    MAXPOOL3X3,
    OUTPUT,
    Cell,
)
from nasbench_db.nasbench101.space import enumerate_cells, enumerate_codes

C1, C3, MP = CONV1X1_BN_RELU, CONV3X3_BN_RELU, MAXPOOL3X3

# The example of NNI and of the Rust crate.
EXAMPLE = Cell.from_string(
    "0100110001000000010010000010000001000000010000000", [INPUT, C3, MP, C3, C3, C1, OUTPUT]
)
CLEARANCE = 8  # how near an edge may come to a vertex that is not its own, in pixels


class Picture:
    """What is found in a drawing's SVG.

    Attributes:
        root: the ``<svg>`` element.
        boxes: for each vertex ``(left, top, right, bottom)``.
        edges: for each edge ``(from, to)`` the points on its curve, of shape (m, 2).
    """

    def __init__(self, drawing):
        self.root = root_of(drawing)
        self.boxes = {
            int(rect.get("data-vertex")): sides(rect) for rect in self.root.iter(f"{SVG}rect")
        }
        self.edges = {edge: points_of(line.get("d")) for edge, line in lines_of(self.root).items()}


def check_geometry(picture):
    """Everything is within the picture, and nothing runs into anything else."""
    check_boxes(picture.root, picture.boxes.values(), CLEARANCE)
    width, height = (float(picture.root.get(key)) for key in ("width", "height"))
    boxes = np.array([picture.boxes[v] for v in range(len(picture.boxes))])
    for (u, v), points in picture.edges.items():
        assert points.min() > 1
        assert (points < [width - 1, height - 1]).all()
        # It leaves its first vertex at the lower side and enters its last one at the upper side,
        # but for the length of the arrow's head, and goes downward all the way.
        assert points[0, 1] == boxes[u, 3]
        assert 0 < boxes[v, 1] - points[-1, 1] < 12
        assert boxes[u, 0] + 17 <= points[0, 0] <= boxes[u, 2] - 17
        assert boxes[v, 0] + 17 <= points[-1, 0] <= boxes[v, 2] - 17
        assert (np.diff(points[:, 1]) > 0).all()
        for vertex, box in picture.boxes.items():
            assert outside(box, points).min() >= (0 if vertex in (u, v) else CLEARANCE)


def edges_of(cell):
    """The edges of a cell as pairs of vertices."""
    return set(map(tuple, np.argwhere(cell.matrix).tolist()))


def crossings(picture):
    """How many pairs of edges cross, counted on the curves."""
    return sum(cross(one, other) for one, other in combinations(picture.edges.values(), 2))


def cross(one, other):
    """Whether two curves, that go downward, have each other now to the left, now to the right."""
    top, bottom = max(one[0, 1], other[0, 1]), min(one[-1, 1], other[-1, 1])
    y = np.linspace(top, bottom, 200) if top < bottom else np.array([])
    apart = np.interp(y, one[:, 1], one[:, 0]) - np.interp(y, other[:, 1], other[:, 0])
    return (apart > 1e-6).any() and (apart < -1e-6).any()


def test_no_edge_runs_over_a_vertex_in_any_small_cell():
    """All 2,532 cells of up to five vertices."""
    pictures = {}
    count = 0
    for cell in enumerate_cells(5):
        svg = cell.draw().svg
        # Cells that differ in nothing but their operations are laid out alike: check each once.
        layout = tuple(re.findall(r'(?:x|y|d|data-\w+|viewBox)="[^"]*"', svg))
        if layout not in pictures:
            pictures[layout] = Picture(cell.draw())
            check_geometry(pictures[layout])
        assert set(pictures[layout].edges) == edges_of(cell)
        count += 1
    assert count == 2532
    assert len(pictures) > 100


def test_no_edge_runs_over_a_vertex_in_larger_cells():
    """300 cells of seven vertices from all over the space."""
    sample = [Cell.from_code(code) for code in enumerate_codes()[-1:64_542:-1197].tolist()]
    assert len(sample) == 300
    for cell in sample:
        assert cell.num_vertices == 7
        picture = Picture(cell.draw())
        assert set(picture.edges) == edges_of(cell)
        check_geometry(picture)


@given(graphs())
def test_no_edge_runs_over_a_vertex_in_any_order_of_the_vertices(graph):
    """Cells as they come, not only those that the enumeration gives."""
    check_geometry(Picture(Cell(*graph).draw()))


def test_small_cells_are_drawn_without_crossings():
    """All 91 cells of up to four vertices, and well-known ones of seven."""
    inception = Cell.from_string(
        "0111010000000100000010000100000000100000010000000", [INPUT, C1, C3, C3, C3, MP, OUTPUT]
    )
    best = Cell.from_string(
        "0110011000001000010000000100000001000000010000000", [INPUT, C1, C3, MP, C3, C3, OUTPUT]
    )
    for cell in [*enumerate_cells(4), EXAMPLE, inception, best]:
        assert crossings(Picture(cell.draw())) == 0


def test_crossing_that_cannot_be_avoided_is_the_only_one():
    """Two vertices that both lead to two others, and the input to one of the latter."""
    cell = Cell.from_string(
        "011100000110000110000001000001000000", [INPUT, C3, MP, C1, C3, OUTPUT]
    )
    assert crossings(Picture(cell.draw())) == 1


@given(graphs())
def test_layers_are_the_longest_paths(graph):
    """Vertices are as many layers down as the longest path from the input has edges."""
    cell = Cell(*graph).prune()
    depth = [0] * cell.num_vertices
    for u, v in np.argwhere(cell.matrix).tolist():  # sorted by u, whose depth is known by then
        depth[v] = max(depth[v], depth[u] + 1)
    boxes = Picture(cell.draw()).boxes
    tops = [boxes[v][1] for v in range(cell.num_vertices)]
    layers = sorted(set(tops))
    assert [layers.index(top) for top in tops] == depth


def test_chain_is_straight():
    """Seven vertices one below the other, joined by upright lines."""
    chain = Cell(np.eye(7, k=1, dtype=int), [INPUT, C3, C1, MP, C3, C1, OUTPUT])
    picture = Picture(chain.draw())
    assert len({(left, right) for left, _, right, _ in picture.boxes.values()}) == 1
    for points in picture.edges.values():
        assert np.ptp(points[:, 0]) < 1e-9


def test_vertices_are_named_and_numbered():
    """Each box is followed by its operation and its number, in the order of the vertices."""
    root = Picture(EXAMPLE.draw()).root
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts == [text for v, op in enumerate(EXAMPLE.ops) for text in (op, str(v))]


def test_text_lies_in_its_box():
    """Each name is at the middle of its box, which leaves it room."""
    picture = Picture(EXAMPLE.draw())
    texts = [text for text in picture.root.iter(f"{SVG}text") if text.text in EXAMPLE.ops]
    for text, (left, top, right, bottom) in zip(texts, picture.boxes.values(), strict=True):
        assert float(text.get("x")) == (left + right) / 2
        assert top + 10 < float(text.get("y")) < bottom - 10
        assert right - left > 9 * len(text.text)  # a wide letter of 13 pixels takes 8 to 9


def test_operations_are_told_by_their_colours():
    """Five fillings for five kinds of vertices; input and output also differ in their shape."""
    root = Picture(EXAMPLE.draw()).root
    looks = {}
    for rect, op in zip(root.iter(f"{SVG}rect"), EXAMPLE.ops, strict=True):
        look = rect.get("fill"), rect.get("rx")
        assert looks.setdefault(op, look) == look
    assert len({fill for fill, _ in looks.values()}) == 5
    round_ends = {op for op, (_, radius) in looks.items() if float(radius) > 10}
    assert round_ends == {INPUT, OUTPUT}


def contrast(one, other):
    """The contrast of two colours, 1 to 21, after WCAG 2."""
    luminances = []
    for colour in (one, other):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminances.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
    return (max(luminances) + 0.05) / (min(luminances) + 0.05)


@pytest.mark.parametrize("background", ["#ffffff", "#1e1e1e", "#000000"])
def test_drawing_is_readable_on_light_and_dark(background):
    """Text on its box, and lines on the background, have the contrasts of WCAG 2's level AA."""
    picture = Picture(EXAMPLE.draw())
    fills = [rect.get("fill") for rect in picture.root.iter(f"{SVG}rect")]
    texts = [text for text in picture.root.iter(f"{SVG}text") if text.text in EXAMPLE.ops]
    for fill, text in zip(fills, texts, strict=True):
        assert contrast(fill, text.get("fill")) > 7
    lines = {element.get("stroke") for element in picture.root.iter()} - {None}
    assert lines
    for line in lines:
        assert contrast(line, background) > 3


def test_drawing_says_in_words_what_it_shows():
    """The title and the description come first, where screen readers look for them."""
    drawing = EXAMPLE.draw()
    root = ElementTree.fromstring(drawing.svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == drawing.title == "NAS-Bench-101 cell of 7 vertices and 9 edges"
    assert root[1].text == (
        "Vertex 0, input, leads to 1, 4, 5. Vertex 1, conv3x3-bn-relu, leads to 2. "
        "Vertex 2, maxpool3x3, leads to 3, 6. Vertex 3, conv3x3-bn-relu, leads to 5. "
        "Vertex 4, conv3x3-bn-relu, leads to 5. Vertex 5, conv1x1-bn-relu, leads to 6. "
        "Vertex 6, output."
    )


def test_several_drawings_fit_in_one_page():
    """They share nothing."""
    check_stands_in_a_page(EXAMPLE.draw().svg)


@given(st.data(), graphs())
def test_the_pruned_cell_is_drawn(draw_value, graph):
    """What lies on no path is left out, and counted in the description."""
    cell = Cell(*graph)
    larger = Cell(*draw_value.draw(enlarged(*graph)))
    whole, pruned = (Picture(each.draw()) for each in (larger, cell.prune()))
    assert repr((whole.boxes, whole.edges)) == repr((pruned.boxes, pruned.edges))
    omitted = larger.num_vertices - cell.prune().num_vertices
    assert whole.root[1].text == (
        f"{pruned.root[1].text} Not drawn: {omitted} on no path from input to output."
    )


def test_same_cell_gives_the_same_text(run):
    """In another process too, whatever seed its hashes have."""
    code = f"from nasbench_db.nasbench101 import Cell\nprint({EXAMPLE!r}.draw().svg)"
    assert run("-c", code).stdout == EXAMPLE.draw().svg + "\n"
    assert EXAMPLE.draw() == Cell(EXAMPLE.matrix, EXAMPLE.ops).draw()


def test_drawing_is_saved(tmp_path):
    """As a file that is SVG by itself; one that is there is replaced."""
    drawing = EXAMPLE.draw()
    path = tmp_path / "cell.svg"
    path.write_text("x" * 100_000)
    drawing.save(path)
    assert path.read_text(encoding="utf-8") == drawing.svg + "\n"
    drawing.save(str(path))
    assert ElementTree.parse(path).getroot().tag == f"{SVG}svg"


def test_jupyter_shows_the_drawing():
    """By the method that it looks for; as text a drawing is one line."""
    drawing = EXAMPLE.draw()
    assert isinstance(drawing, Drawing)
    assert drawing._repr_svg_() == drawing.svg
    assert repr(drawing) == "Drawing(title='NAS-Bench-101 cell of 7 vertices and 9 edges')"
