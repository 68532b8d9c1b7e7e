"""Drawings of NAS-Bench-201 cells; the picture itself is tested with its machinery."""

from support.svg import SVG, root_of, sides

from nasbench_db.architectures.topology import Cell
from nasbench_db.architectures.topology_constants import OPERATIONS
from nasbench_db.architectures.topology_drawing import draw

CELL = Cell(["none", "skip_connect", "nor_conv_3x3", "none", "nor_conv_1x1", "avg_pool_3x3"])


def test_every_operation_has_its_looks():
    """Each has a colour of its own and a box that its name fits in, but ``none`` has no box."""
    root = root_of(draw(CELL))
    boxes = [rect for rect in root.iter(f"{SVG}rect") if rect.get("data-from")]
    names = [text.text for text in root.iter(f"{SVG}text") if text.text in OPERATIONS]
    assert names == [op for op in CELL.ops if op != "none"]
    assert len({box.get("fill") for box in boxes}) == len(names) == len(OPERATIONS) - 1
    for box, name in zip(boxes, names, strict=True):
        left, _, right, _ = sides(box)
        assert right - left >= 9 * len(name)


def test_drawing_says_which_cell_it_is():
    """In its title and in words."""
    drawing = draw(CELL)
    root = root_of(drawing)
    assert root[0].text == drawing.title == f"NAS-Bench-201 cell {CELL.arch_str}"
    assert root[1].text.endswith("Edge from 1 to 3: nor_conv_1x1. Edge from 2 to 3: avg_pool_3x3.")


def test_jupyter_shows_the_same_drawing():
    """The same text for equal cells."""
    assert CELL._repr_svg_() == draw(CELL).svg == draw(Cell(CELL.ops)).svg
