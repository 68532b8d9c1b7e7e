"""Drawings in characters: every edge can be followed, and no terminal is left out."""

from hypothesis import given
from hypothesis import strategies as st

from nasbench_db.architectures.characters import draw_bars, draw_graph, plain_characters

Graph = tuple[int, set[tuple[int, int]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Vertices, and edges that lead forward."""
    size = draw(st.integers(1, 8))
    pairs = [(u, v) for v in range(size) for u in range(v)]
    return size, draw(st.sets(st.sampled_from(pairs))) if pairs else set()


def followed(text: str) -> set[tuple[int, int]]:
    """The edges that a reader sees: each lane from where it begins to what it turns to."""
    lines = text.splitlines()
    names = {n: int(line.split("v")[1]) for n, line in enumerate(lines) if "v" in line}
    found = set()
    for start, line in enumerate(lines):
        if "╭" not in line:
            continue
        column, source = line.index("╭"), names[start - 1]
        for n in range(start + 1, len(lines)):
            here = lines[n][column]
            assert here in "│├┼╰┴", lines
            if here != "│":
                assert "►" in lines[n]
                found.add((source, names[n]))
            if here in "╰┴":
                break
    return found


@given(graphs())
def test_every_edge_can_be_followed(graph: Graph) -> None:
    """And there are no others; each vertex has a line, in order."""
    size, edges = graph
    text = draw_graph([f"v{v}" for v in range(size)], edges)
    assert followed(text) == edges
    assert [line.split()[-1] for line in text.splitlines() if "v" in line] == [
        f"v{v}" for v in range(size)
    ]
    assert plain_characters(text).isascii()


def test_a_chain_and_a_skip() -> None:
    text = draw_graph(["in", "a", "out"], [(0, 1), (1, 2), (0, 2)])
    assert text.splitlines() == [
        "      in",
        "╭─────╯",
        "├───► a",
        "│  ╭──╯",
        "╰──┴► out",
    ]


def test_bars_are_in_proportion() -> None:
    one, two = draw_bars([("cell", 8, "8 channels"), ("block", 64, "64 channels")]).splitlines()
    assert one == "cell   █████ 8 channels"
    assert two.count("█") == 8 * one.count("█")


def test_every_benchmark_has_drawings_in_characters() -> None:
    """Printing a drawing gives them, and they fit a terminal."""
    from nasbench_db import nasbench101, nasbench201, nasbenchmacro, natssss, transnas101

    drawn = [
        nasbench101.random_cell(1).draw(),
        nasbench201.Cell.parse(1462).draw(),
        natssss.Cell.parse("8:16:64:24:32").draw(),
        nasbenchmacro.Cell.parse("22012220").draw(),
        transnas101.Cell.parse("64-41414-1_02_333").draw(),
        transnas101.Cell.parse("64-1114-basic").draw(),
    ]
    for drawing in drawn:
        assert str(drawing) == drawing.text
        assert len(drawing.text.splitlines()) >= 3
        assert max(map(len, drawing.text.splitlines())) <= 80
    assert "nor_conv_3x3" in drawn[1].text
