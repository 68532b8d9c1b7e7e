"""Lay the pages of the documentation out for Sphinx.

The pages of ``docs`` are Markdown that reads well where it lies, with links to files of the
checkout. Here they come together with the README, the changelog, the guide for contributors, the
notebooks, and a page for each public module. Links are turned to where things are then; one that
leads nowhere ends it. The navigation are the lists of ``docs/index.md``; a page that none of them
names comes after those on how to do things.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

from write_docs import DOCS, public_modules, public_names

PROJECT = DOCS.parent
FURTHER = "How to"
"""The section of the navigation that has the pages which no other one names."""

_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_PICTURE = re.compile(r'(src=")([^"]+)(")')
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


class DeadLink(Exception):
    """A link that leads to no file."""


def sources() -> dict[str, Path]:
    """Every page of the site that is a file of the checkout, by its place in the site."""
    found = {path.name: path for path in sorted(DOCS.glob("*.md"))}
    found |= {f"pictures/{path.name}": path for path in sorted(DOCS.glob("pictures/*"))}
    found |= {
        "overview.md": PROJECT / "README.md",
        "changelog.md": PROJECT / "CHANGELOG.md",
        "contributing.md": PROJECT / "CONTRIBUTING.md",
    }
    notebooks = sorted((PROJECT / "notebooks").glob("*.ipynb"))
    return found | {f"gallery/{path.name}": path for path in notebooks}


def relinked(text: str, path: Path, place: str) -> str:
    """A page with links to where things are in the site.

    What is a file of the checkout and no page is named only.

    Args:
        text: the page.
        path: where it lies.
        place: where it will be in the site.

    Raises:
        DeadLink: a link leads nowhere.
    """
    places = {source.resolve(): where for where, source in sources().items()}
    places[PROJECT / "notebooks"] = "gallery/index.md"

    def resolved(target: str) -> str | None:
        """Where a link leads in the site; None if it leads to no page."""
        name, _, anchor = target.partition("#")
        if not name or re.match(r"[a-z]+:", name):
            return target
        file = (path.parent / name).resolve()
        if not file.exists():
            raise DeadLink(
                f"{path.relative_to(PROJECT)} links to {target}, and there is no {name}"
            )
        if file not in places:
            return None
        where = os.path.relpath(places[file], Path(place).parent).replace(os.sep, "/")
        return f"{where}#{anchor}" if anchor else where

    def link(match: re.Match[str]) -> str:
        where = resolved(match[2])
        return match[1] if where is None else f"[{match[1]}]({where})"

    def outside(prose: str) -> str:
        prose = _LINK.sub(link, prose)
        return _PICTURE.sub(lambda m: f"{m[1]}{resolved(m[2]) or m[2]}{m[3]}", prose)

    parts, end = [], 0
    for fence in _FENCE.finditer(text):
        parts += [outside(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, outside(text[end:])])


def sections(index: str) -> dict[str, list[str]]:
    """The pages that each section of the front page names."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"^## ", index, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        found[title.strip()] = [target for _, target in _LINK.findall(rest)]
    return found


def navigation(index: str, staged: list[str]) -> dict[str, list[str]]:
    """The pages of each section, with those that no section names.

    Args:
        index: the front page, with links as they are in the site.
        staged: every page there is.
    """
    found = sections(index)
    named = {name for names in found.values() for name in names}
    top = [name for name in staged if "/" not in name and name.endswith(".md")]
    found[FURTHER] += [name for name in top if name not in named and name != "index.md"]
    found["Gallery"] = ["gallery/index.md"]
    found["Python"] = ["api/index.md"]
    return found


def toctree(caption: str, names: list[str], depth: int = 1) -> str:
    """A part of the navigation, which the page itself does not show."""
    lines = ["```{toctree}", ":hidden:", f":caption: {caption}", f":maxdepth: {depth}", ""]
    entries = (name.rpartition(".")[0] for name in names)
    named = (f"Overview <{entry}>" if entry == "overview" else entry for entry in entries)
    return "\n".join([*lines, *named, "```", ""])


def api_pages() -> Iterator[tuple[str, str]]:
    """A page for each public module, which documents each of its public names once."""
    modules = list(public_modules())
    first: dict[int, tuple[ModuleType, str]] = {}
    for module in modules:
        lines = [f"# {module.__name__}", "", _summary(module), ""]
        for name in public_names(module):
            value = getattr(module, name)
            shown = inspect.isclass(value) or inspect.isroutine(value)
            owner, there = first.setdefault(id(value), (module, name)) if shown else (module, name)
            if (owner, there) != (module, name):
                page = owner.__name__
                lines += [
                    f"- `{name}` is [`{there}`](#{page}.{there}) of [`{page}`]({page}.md)",
                    "",
                ]
            elif inspect.ismodule(value):
                lines += [
                    f"- `{name}` is the module [`{value.__name__}`]({value.__name__}.md)",
                    "",
                ]
            else:
                lines += _documented(module, name, value)
        yield f"api/{module.__name__}.md", "\n".join(lines)
    names = "\n".join(f"- [`{module.__name__}`]({module.__name__}.md)" for module in modules)
    lines = ["# Python", "", "Every public name, by the module that has it.", "", names, ""]
    tree = toctree("Modules", [f"{module.__name__}.md" for module in modules])
    yield "api/index.md", "\n".join([*lines, tree])


def _summary(module: ModuleType) -> str:
    return f"```{{eval-rst}}\n.. module:: {module.__name__}\n\n{inspect.getdoc(module) or ''}\n```"


def _documented(module: ModuleType, name: str, value: Any) -> list[str]:
    whole = f"{module.__name__}.{name}"
    if inspect.isclass(value):
        lines = [f".. autoclass:: {whole}", "   :members:", "   :show-inheritance:"]
    elif callable(value):
        lines = [f".. autofunction:: {whole}"]
    else:
        said = textwrap.indent(_said_of_constant(name, value), "   ")
        lines = [f".. py:data:: {whole}", f"   :type: {type(value).__name__}", "", said]
    return ["```{eval-rst}", *lines, "```", ""]


def _said_of_constant(name: str, value: Any) -> str:
    """The text below a constant, in the module where it is written."""
    for module in [m for n, m in sorted(sys.modules.items()) if n.startswith("nasbench_db")]:
        if vars(module).get(name) is not value:
            continue
        body = ast.parse(inspect.getsource(module)).body
        for statement, following in pairwise(body):
            targets = statement.targets if isinstance(statement, ast.Assign) else []
            if any(isinstance(one, ast.Name) and one.id == name for one in targets) and isinstance(
                following, ast.Expr
            ):
                return inspect.cleandoc(ast.literal_eval(following.value))
    return ""


def gallery() -> str:
    """The page that leads to the notebooks."""
    names = [place for place in sources() if place.startswith("gallery/")]
    links = "\n".join(f"- [{Path(n).stem}]({Path(n).name})" for n in names)
    text = (
        "# Gallery\n\nNotebooks with what they show of the folder that the demo fills. Figures of "
        "made-up numbers say so in their titles.\n\n"
    )
    return f"{text}{links}\n\n{toctree('Notebooks', [Path(n).name for n in names])}"


def stage(folder: Path) -> None:
    """Lay everything out in a folder, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    staged = sources()
    for place, path in staged.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            text = relinked(path.read_text(encoding="utf-8"), path, place)
            if place == "index.md":
                trees = navigation(text, list(staged)).items()
                text = "\n".join([text, *(toctree(caption, names) for caption, names in trees)])
            target.write_text(text, encoding="utf-8")
        else:
            shutil.copyfile(path, target)
    for name in ("conf.py", "site.css"):
        shutil.copyfile(DOCS / name, folder / name)
    (folder / "gallery" / "index.md").write_text(gallery(), encoding="utf-8")
    for place, text in api_pages():
        target = folder / place
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        stage(Path(sys.argv[1]))
    except DeadLink as error:
        sys.exit(f"{error}")
