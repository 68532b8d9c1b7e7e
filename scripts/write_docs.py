"""Write the pages of ``docs`` that the program itself knows.

``data-dictionary.md`` comes from the models and the benchmarks' metrics, ``api.txt`` from the
public modules, ``commands.md`` from the command line, and the README's picture from its cell::

    python scripts/write_docs.py
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import click

import nasbench_db
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.commands.cli import cli
from nasbench_db.describing.dictionary import data_dictionary
from nasbench_db.nasbench101 import Cell

DOCS = Path(__file__).resolve().parents[1] / "docs"
WRITTEN_BY = "scripts/write_docs.py"
ROOMS = (
    "explore",
    "plotting",
    "simulation",
    "networks",
    "describing",
    "describing.sheet",
    "metrics",
)
"""The public modules that are about no benchmark in particular."""

OF_ORIGINALS = ("api", "graph_util", "encodings")
"""The public modules of a benchmark's folder, where it has them."""


def api() -> str:
    """Every public name with its signature, a line each, so that a change of one is seen."""
    lines = [f"# Written by {WRITTEN_BY}: what is public, and how it is called."]
    classes: dict[type, ModuleType] = {}
    for module in public_modules():
        lines += ["", module.__name__]
        for name in public_names(module):
            value = getattr(module, name)
            first = classes.setdefault(value, module) if inspect.isclass(value) else module
            if first is module:
                lines += [f"    {line}" for line in _described(name, value)]
            else:
                lines.append(f"    class {name}  # of {first.__name__}")
    return "\n".join(lines) + "\n"


def public_modules() -> Iterator[ModuleType]:
    yield nasbench_db
    for name in ROOMS:
        yield import_module(f"nasbench_db.{name}")
    for folder in (*BENCHMARKS, "natsbench"):
        package = import_module(f"nasbench_db.{folder}")
        yield package
        for found in iter_modules(package.__path__):
            if folder == "natsbench" or found.name in OF_ORIGINALS:
                yield import_module(f"{package.__name__}.{found.name}")


def public_names(module: ModuleType) -> list[str]:
    """Those of ``__all__``; without one, the functions and classes that are written there."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    return [
        name
        for name, value in sorted(vars(module).items())
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    ]


def _described(name: str, value: Any) -> Iterator[str]:
    if inspect.isclass(value):
        ours = _is_ours(value, "__init__")
        yield f"class {name}{_signature(value.__init__, bound=True) if ours else ''}"
        for member in dir(value):
            if not member.startswith("_") and _is_ours(value, member):
                yield from (f"    {line}" for line in _member(value, member))
    elif inspect.ismodule(value):
        yield f"module {name}"
    elif callable(value):
        yield f"{name}{_signature(value)}"
    else:
        yield f"{name}: {type(value).__name__}"


def _is_ours(kind: type, member: str) -> bool:
    """Whether a class has a member from this package, rather than from a base such as peewee's."""
    owner = next((base for base in kind.__mro__ if member in vars(base)), object)
    return owner.__module__.startswith("nasbench_db.")


def _member(kind: type, name: str) -> Iterator[str]:
    """A method or a property; the fields of tables are in the data dictionary."""
    value = inspect.getattr_static(kind, name)
    if isinstance(value, staticmethod):
        yield f"{name}{_signature(value.__func__)}  # static"
    elif isinstance(value, classmethod):
        yield f"{name}{_signature(value.__func__, bound=True)}  # of the class"
    elif inspect.isfunction(value):
        yield f"{name}{_signature(value, bound=True)}"
    elif isinstance(value, (property, cached_property)):
        yield name


class _Text(str):
    """An annotation, shown as it is written."""

    def __repr__(self) -> str:
        return str(self)


def _signature(function: Any, *, bound: bool = False) -> str:
    """How it is called; annotations are as they are written, since no module evaluates its own.

    Args:
        function: a function.
        bound: leave out its first parameter, ``self`` or ``cls``.
    """
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())[bound:]
    shown = signature.replace(
        parameters=[p.replace(annotation=_shown(p.annotation)) for p in parameters],
        return_annotation=_shown(signature.return_annotation),
    )
    return str(shown).removesuffix(" -> None") if bound else str(shown)


def _shown(annotation: Any) -> Any:
    return _Text(annotation) if isinstance(annotation, str) else annotation


def commands() -> str:
    """What ``--help`` says, of every command."""
    parts = [
        f"# Commands\n\n<!-- Written by {WRITTEN_BY} from the commands' own help. -->\n",
        "The options `-h` and `--help` show the same in a terminal.\n",
    ]
    return "\n".join([*parts, *_pages("nasbench-db", cli)])


def _pages(path: str, command: click.Command) -> Iterator[str]:
    """The page of a command, and those of the commands that it has."""
    context = click.Context(command, info_name=path)
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    usage = [path, *(p.metavar or str(p.name).upper() for p in arguments)]
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    nested = command.list_commands(context) if isinstance(command, click.Group) else []
    usage += ["[OPTIONS]"] * bool(options) + ["COMMAND ..."] * bool(nested)
    yield f"## {path}\n\n```\n{' '.join(usage)}\n```\n"
    yield _prose(command.help or "")
    if options:
        yield "".join(f"- {_option(option)}\n" for option in options)
    for name in nested:
        inner = command.get_command(context, name)  # type: ignore[attr-defined]
        yield from _pages(f"{path} {name}", inner)


def _prose(text: str) -> str:
    """The text of a command, in which ``\\b`` begins a paragraph whose lines are kept."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    shown = []
    for paragraph in paragraphs:
        kept = paragraph.startswith("\b\n")
        shown.append(f"```\n{paragraph[2:]}\n```" if kept else paragraph)
    return "\n\n".join(shown) + "\n"


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    value = ""
    if not option.is_flag and not option.count:
        choices = getattr(option.type, "choices", None)
        value = option.metavar or ("|".join(map(str, choices)) if choices else option.type.name)
        value = f" `{value if choices else value.upper()}`"
    default = option.default
    told = isinstance(default, (str, int, float)) and not isinstance(default, bool)
    return (
        f"{names}{value}"
        + (f": {option.help}" if option.help else "")
        + (f" By default {default}." if told and option.show_default else "")
        + (" Required." if option.required else "")
    )


def cell() -> str:
    """The picture of the README: the cell that its question is about."""
    edges = [(0, 1), (0, 3), (1, 2), (1, 3), (1, 4), (2, 3), (3, 6), (4, 5), (5, 6)]
    matrix = [[int((u, v) in edges) for v in range(7)] for u in range(7)]
    short, long = "conv1x1-bn-relu", "conv3x3-bn-relu"
    drawn = Cell(matrix, ["input", long, short, short, long, short, "output"]).draw()
    return drawn.svg + "\n"


PAGES = {
    "data-dictionary.md": data_dictionary,
    "api.txt": api,
    "commands.md": commands,
    "pictures/cell.svg": cell,
}
"""What writes each page."""

if __name__ == "__main__":
    for page, text in PAGES.items():
        path = DOCS / page
        path.parent.mkdir(exist_ok=True)
        path.write_text(text(), encoding="utf-8", newline="\n")
        print(path)
