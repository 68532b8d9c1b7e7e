"""Drawings of TransNAS-Bench-101: the cell of a micro architecture, the modules of a macro one."""

from hypothesis import given
from hypothesis import strategies as st
from support.svg import SVG, check_boxes, check_stands_in_a_page, root_of, sides

from nasbench_db.transnas101.cell import Cell, enumerate_cells
from nasbench_db.transnas101.constants import OPERATIONS

MICRO = Cell("41414", "1_02_333")

macros = st.sampled_from(list(enumerate_cells("macro")))


@given(macros)
def test_modules_are_boxes_side_by_side(cell):
    """As high as their feature maps, wider where they have more channels, with both in figures."""
    root = root_of(cell.draw())
    rects = list(root.iter(f"{SVG}rect"))
    boxes = [sides(rect) for rect in rects]
    check_boxes(root, boxes, 8)
    assert boxes == sorted(boxes)
    stages = [(64, 4), *((stage.channels, stage.reduction) for stage in cell.stages)]
    drawn = [(int(rect.get("data-channels")), int(rect.get("data-reduction"))) for rect in rects]
    assert drawn == stages
    heights = [
        (bottom - top) * reduction
        for (_, top, _, bottom), (_, reduction) in zip(boxes, stages, strict=True)
    ]
    assert len(set(heights)) == 1
    widths = {
        right - left: channels
        for (left, _, right, _), (channels, _) in zip(boxes, stages, strict=True)
    }
    assert sorted(widths) == sorted(widths, key=widths.get)
    assert len(widths) == len({channels for channels, _ in stages})
    texts = list(root.iter(f"{SVG}text"))
    assert [text.text for text in texts] == [
        text
        for name, (channels, reduction) in zip(["stem", *cell.macro_code], stages, strict=True)
        for text in (str(channels), f"1/{reduction}", name)
    ]


@given(macros)
def test_text_is_within_the_picture_and_over_no_box(cell):
    """Channels above their box, the rest below all boxes."""
    root = root_of(cell.draw())
    height = float(root.get("height"))
    boxes = [sides(rect) for rect in root.iter(f"{SVG}rect")]
    texts = list(root.iter(f"{SVG}text"))
    lowest = max(bottom for *_, bottom in boxes)
    for number, text in enumerate(texts):
        left, top, right, _ = boxes[number // 3]
        assert float(text.get("x")) == (left + right) / 2
        y = float(text.get("y"))
        assert 12 < y < height - 8
        assert y < top - 4 if number % 3 == 0 else y > lowest + 10
        assert right - left >= 8 * len(text.text)


def test_every_operation_has_its_looks():
    """Each has a colour of its own and a box that its name fits in, but ``none`` has no box."""
    root = root_of(MICRO.draw())
    boxes = [rect for rect in root.iter(f"{SVG}rect") if rect.get("data-from")]
    names = [text.text for text in root.iter(f"{SVG}text") if text.text in OPERATIONS]
    assert names == [op for op in MICRO.ops if op != "none"]
    looks = {(name, box.get("fill")) for name, box in zip(names, boxes, strict=True)}
    assert len(looks) == len({fill for _, fill in looks}) == 3


def test_drawings_say_in_words_what_they_show():
    """Title and description."""
    drawing = Cell("1234").draw()
    root = root_of(drawing)
    assert root[0].text == drawing.title == "TransNAS-Bench-101 macro architecture 64-1234-basic"
    assert root[1].text == (
        "From the image on, stem: 64 channels at 1/4; module of kind 1: 64 channels at 1/4; "
        "module of kind 2: 128 channels at 1/4; module of kind 3: 128 channels at 1/8; "
        "module of kind 4: 256 channels at 1/16."
    )
    assert MICRO.draw().title == "TransNAS-Bench-101 cell 64-41414-1_02_333"


def test_jupyter_shows_the_same_drawing():
    """The same text for equal architectures, which stands in a page with others."""
    for cell in (MICRO, Cell("1234")):
        assert cell._repr_svg_() == cell.draw().svg == Cell.parse(cell.arch_str).draw().svg
        check_stands_in_a_page(cell.draw().svg)
