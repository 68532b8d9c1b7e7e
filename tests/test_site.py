"""The site: what its pages are laid out from, where its links lead, and what it documents.

Sphinx itself, which fails on what it cannot resolve, is run by ``scripts/docs.py``.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from support.pages import DOCS, PROJECT


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What ``scripts/_staging.py`` has."""
    monkeypatch.syspath_prepend(PROJECT / "scripts")
    return runpy.run_path(str(PROJECT / "scripts" / "_staging.py"))


def test_every_page_is_in_the_navigation(staging: dict[str, Any]) -> None:
    """Once; one that the front page does not name is among those on how to do things."""
    places = list(staging["sources"]())
    front = DOCS / "index.md"
    index = staging["relinked"](front.read_text(encoding="utf-8"), front, "index.md")
    named = [name for names in staging["navigation"](index, places).values() for name in names]
    pages = [name for name in places if "/" not in name and name != "index.md"]
    assert sorted(named) == sorted([*pages, "gallery/index.md", "api/index.md"])
    found = staging["navigation"](index, [*places, "new.md"])
    assert found["How to"][-1] == "new.md"


def test_links_lead_to_where_things_are_in_the_site(staging: dict[str, Any]) -> None:
    """What is no page is named only; code is left as it is."""
    text = (
        "[a](../README.md#two-commands) [b](sql.md) [c](../scripts/demo.py) [d](#here) "
        "[e](../notebooks) [f](https://example.org)\n```md\n[g](nowhere.md)\n```\n"
    )
    assert staging["relinked"](text, DOCS / "facts.md", "facts.md") == (
        "[a](overview.md#two-commands) [b](sql.md) c [d](#here) "
        "[e](gallery/index.md) [f](https://example.org)\n```md\n[g](nowhere.md)\n```\n"
    )
    assert staging["relinked"]("[a](docs/sql.md)", PROJECT / "README.md", "overview.md") == (
        "[a](sql.md)"
    )


def test_a_link_that_leads_nowhere_is_refused(staging: dict[str, Any]) -> None:
    with pytest.raises(staging["DeadLink"], match=r"docs/facts\.md links to nowhere\.md"):
        staging["relinked"]("[a](nowhere.md)", DOCS / "facts.md", "facts.md")


def test_every_public_name_has_its_place(staging: dict[str, Any]) -> None:
    """It is documented on the page of its module, or leads to where it is."""
    pages = dict(staging["api_pages"]())
    count = 0
    for module in staging["public_modules"]():
        page = pages[f"api/{module.__name__}.md"]
        for name in staging["public_names"](module):
            whole = re.escape(f"{module.__name__}.{name}")
            documented = re.search(rf"^\.\. (?:auto|py:)\w+:: {whole}$", page, re.MULTILINE)
            assert documented or f"- `{name}` is " in page, (module, name)
            count += 1
        assert f"]({module.__name__}.md)" in pages["api/index.md"]
    assert count > 200


def test_constants_keep_what_is_said_of_them(staging: dict[str, Any]) -> None:
    page = dict(staging["api_pages"]())["api/nasbench_db.md"]
    assert (
        ".. py:data:: nasbench_db.BENCHMARKS\n   :type: dict\n\n   The benchmarks by name." in page
    )


def test_all_of_it_is_laid_out(staging: dict[str, Any], tmp_path: Path) -> None:
    """Pages, pictures, notebooks, and the one configuration; no link leaves the folder."""
    staging["stage"](tmp_path / "site")
    there = {str(path.relative_to(tmp_path / "site")) for path in (tmp_path / "site").rglob("*.*")}
    assert {"index.md", "overview.md", "conf.py", "pictures/cell.svg", "api/index.md"} <= there
    assert {f"gallery/{path.name}" for path in PROJECT.glob("notebooks/*.ipynb")} <= there
    for path in (tmp_path / "site").rglob("*.md"):
        text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
        for target in re.findall(r"(?<!!)\]\((?![a-z]+:|#)([^)#\s]+)", text):
            assert (path.parent / target).exists(), (path, target)
