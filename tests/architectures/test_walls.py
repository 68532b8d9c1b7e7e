"""Who knows whom: what is shared knows no benchmark, and a benchmark takes nothing private."""

import ast
from pathlib import Path

import pytest

import nasbench_db

PACKAGE = Path(nasbench_db.__file__).parent
SHARED = sorted((PACKAGE / "architectures").glob("*.py"))
OTHERS = sorted({*PACKAGE.glob("*/*.py")} - set(SHARED))


def imports(path):
    """The names that a module imports from nasbench_db, as ``(module, name)``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("nasbench_db"):
            for alias in node.names:
                yield node.module, alias.name


@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.name)
def test_what_is_shared_knows_no_benchmark(path):
    """Nor any database: only itself and the errors."""
    for module, _ in imports(path):
        assert module.startswith(("nasbench_db.architectures", "nasbench_db.errors"))


def test_nothing_private_is_imported_across_modules():
    """A leading underscore is a wall."""
    for path in OTHERS:
        private = [name for _, name in imports(path) if name.startswith("_")]
        assert set(private) <= {"__version__"}, path


@pytest.mark.parametrize("name", ["nasbench201", "natssss", "transnas101"])
def test_later_benchmarks_do_not_lean_on_nasbench101(name):
    """What they share with it lies outside it."""
    for path in (PACKAGE / name).glob("*.py"):
        assert not [m for m, _ in imports(path) if m.startswith("nasbench_db.nasbench101")], path
