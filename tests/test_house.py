"""The house: which wing may know which, and what lies at the top of the package.

Imports run down only. They are counted wherever they stand: at the top of a module, in a function,
and under ``TYPE_CHECKING``.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import nasbench_db
from nasbench_db.benchmarks import BENCHMARKS

PACKAGE = Path(nasbench_db.__file__).parent

FOLDERS = (*BENCHMARKS, "nats", "natsbench", "measurements")
"""The folders of benchmarks, of what some of them share, and of what is measured beside them."""

FLOORS = (
    {"errors", "__version__"},
    {"architectures", "formats", "metrics"},
    {"store"},
    {"ask", "sources"},
    {"nats", "measurements"},
    {"benchmarks"},
    set(BENCHMARKS),
    {"explore", "describing", "simulation", "networks"},
    {"plotting", "natsbench"},
    {"commands"},
    {"__init__", "__main__"},
)
"""The wings from the ground up; a wing knows those of lower floors, and none of its own."""

MOST_AT_THE_TOP = 14


class Import(NamedTuple):
    """An import of one module of the package by another, both named without ``nasbench_db``."""

    importer: str
    line: int
    imported: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        path = PACKAGE.joinpath(*self.importer.split("."))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        return f"{file.relative_to(PACKAGE.parent)}:{self.line} imports {self.imported}"


@functools.cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package but its migrations, by its name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        *folders, name = path.relative_to(PACKAGE).with_suffix("").parts
        if "migrations" not in folders:
            parts = folders if folders and name == "__init__" else [*folders, name]
            found[".".join(parts)] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imports_of(importer: str) -> Iterator[Import]:
    """What a module imports of the package, wherever in it."""
    for node in ast.walk(modules()[importer]):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("nasbench_db."):
                    imported = alias.name.removeprefix("nasbench_db.")
                    yield Import(importer, node.lineno, imported, ())
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{importer}:{node.lineno} imports by dots"
            top, _, base = (node.module or "").partition(".")
            for alias in node.names if top == "nasbench_db" else ():
                whole = f"{base}.{alias.name}".lstrip(".")
                if whole in modules():
                    yield Import(importer, node.lineno, whole, ())
                else:
                    yield Import(importer, node.lineno, base or "__init__", (alias.name,))


@functools.cache
def imports() -> tuple[Import, ...]:
    """All imports of all modules."""
    return tuple(each for name in modules() for each in imports_of(name))


def wing(module: str) -> str:
    return module.partition(".")[0]


def floor(module: str) -> int:
    (number,) = (n for n, wings in enumerate(FLOORS) if wing(module) in wings)
    return number


def circles(edges: Collection[tuple[str, str]]) -> list[list[str]]:
    """The modules that are tied to each other: those that cannot be taken away one by one.

    A module that imports none of those that are left is taken away, and so is one that none of
    them imports.
    """
    left: dict[str, set[str]] = {name: set() for edge in edges for name in edge}
    for importer, imported in edges:
        if importer != imported:
            left[importer].add(imported)
    while True:
        imported = set().union(*left.values()) if left else set()
        loose = [name for name, others in left.items() if not others or name not in imported]
        if not loose:
            return [sorted(left)] if left else []
        for name in loose:
            del left[name]
        for others in left.values():
            others.difference_update(loose)


def test_every_wing_has_a_floor() -> None:
    assert {wing(name) for name in modules()} == set().union(*FLOORS)


def test_imports_run_down() -> None:
    """No module knows a wing of a higher floor, or another one of its own."""
    up = [
        each
        for each in imports()
        if wing(each.importer) != wing(each.imported)
        and floor(each.importer) <= floor(each.imported)
    ]
    assert not up, "these run up: " + "; ".join(map(str, up))


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Nor within a wing. A folder's own module counts, whatever it says it has."""
    edges = {(each.importer, each.imported) for each in imports()}
    assert circles(edges) == []


def test_circles_are_seen() -> None:
    """What leads into one or out of one is none."""
    ring = {("a", "b"), ("b", "c"), ("c", "a")}
    assert circles({*ring, ("x", "a"), ("c", "y")}) == [["a", "b", "c"]]
    assert circles({("a", "b"), ("b", "c"), ("a", "c")}) == []
    assert circles({("a", "a")}) == []


def test_the_top_of_the_package_is_small() -> None:
    """Folders of benchmarks and files with dunder names apart."""
    top = {wing(name) for name in modules() if not name.startswith("__")}
    assert len(top - set(FOLDERS)) <= MOST_AT_THE_TOP


def test_nothing_private_is_imported_across_modules() -> None:
    """A leading underscore is a wall."""
    for each in imports():
        private = {name for name in each.names if name.startswith("_")}
        assert private <= {"__version__"}, f"{each}: {private}"


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_schema_knows_no_reader_and_a_reader_no_schema(name: str) -> None:
    """Nor does what reads the files of any benchmark know a benchmark's tables."""
    for each in imports_of(f"{name}.schema"):
        assert not each.imported.endswith(("ingest", "sources", "record")), each
        assert wing(each.imported) not in ("formats", "sources"), each
    for room in ("sources", "record", "rows", "crate"):
        for reader in {f"{name}.{room}", f"nats.{room}"} & set(modules()):
            for each in imports_of(reader):
                assert not each.imported.endswith("schema"), each


@pytest.mark.parametrize(
    "name", ["architectures.topology", *(f"{b}.cell" for b in BENCHMARKS if b != "nasbench201")]
)
def test_a_cell_needs_no_database(name: str) -> None:
    """Nor does anything that it reaches by imports."""
    reached, ahead = set(), {name}
    while ahead:
        module = ahead.pop()
        reached.add(module)
        ahead |= {each.imported for each in imports_of(module)} - reached
    assert {wing(module) for module in reached} <= {"architectures", "errors", wing(name)}
    for module in reached:
        for node in ast.walk(modules()[module]):
            if isinstance(node, ast.ImportFrom | ast.Import):
                assert "peewee" not in ast.unparse(node), module
