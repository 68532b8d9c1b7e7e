"""What the tests of all drawings share: reading SVG and the geometry of what is in it."""

import re
from itertools import combinations
from xml.etree import ElementTree

import numpy as np

SVG = "{http://www.w3.org/2000/svg}"


def root_of(drawing):
    """The ``<svg>`` element of a drawing."""
    return ElementTree.fromstring(drawing.svg)


def sides(rect):
    """Left, top, right and bottom of a box."""
    left, top, width, height = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def edge_of(element):
    """The edge that a line or a box belongs to."""
    return int(element.get("data-from")), int(element.get("data-to"))


def lines_of(root):
    """For each edge the line that is drawn, as an element."""
    lines = [path for path in root.iter(f"{SVG}path") if path.get("data-from")]
    edges = {edge_of(path): path for path in lines}
    assert len(edges) == len(lines)
    return edges


def points_of(data):
    """Points on SVG path data made of M, C and V, at most 5 pixels apart, of shape (m, 2)."""
    points = []
    for command, text in re.findall("([A-Z])([^A-Z]*)", data):
        numbers = [float(number) for number in text.split()]
        if command == "M":
            points.append(np.array([numbers]))
            continue
        start = points[-1][-1]
        if command == "V":
            corners = np.array([start, start, (start[0], numbers[0]), (start[0], numbers[0])])
        else:
            assert command == "C"
            corners = np.array([start, *np.reshape(numbers, (3, 2))])
        count = int(np.abs(np.diff(corners, axis=0)).sum() / 3) + 2
        t = np.linspace(0, 1, count)[1:, None]
        weights = np.hstack([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3])
        points.append(weights @ corners)
    return np.concatenate(points)


def outside(box, points):
    """How far each point is outside a box; negative inside."""
    left, top, right, bottom = box
    across = np.maximum(left - points[:, 0], points[:, 0] - right)
    return np.maximum(across, np.maximum(top - points[:, 1], points[:, 1] - bottom))


def check_boxes(root, boxes, clearance):
    """All boxes are within the picture, and keep their distance from each other."""
    width, height = (float(root.get(key)) for key in ("width", "height"))
    assert root.get("viewBox") == f"0 0 {width:g} {height:g}"
    for left, top, right, bottom in boxes:
        assert 1 < left < right < width - 1
        assert 1 < top < bottom < height - 1
    for one, other in combinations(boxes, 2):
        apart = max(one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3])
        assert apart >= clearance


def check_stands_in_a_page(svg):
    """No identifiers that could clash, no style that could leak, nothing to load."""
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}
    assert tags <= {"svg", "title", "desc", "g", "path", "rect", "text"}
    assert not re.search(r"\b(id|class|style|href)=", svg)
