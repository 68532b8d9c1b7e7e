"""A plugin of Datasette (https://datasette.io): databases of benchmarks as pages for people.

Datasette finds it by its entry point, so ``datasette nasbench101.db`` has it wherever both are
installed; ``nasbench-db serve`` brings titles, sources and settings besides. Databases that
nasbench_db did not build are left alone. The hooks are those that Datasette 0.65 and 1.0 share.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlencode

from datasette import Response, hookimpl
from markupsafe import Markup

from nasbench_db.ask.tables import Table
from nasbench_db.commands.pages.known import Known, known, working
from nasbench_db.commands.pages.questions import QUESTIONS, Answer, fidelity, figure_of_curves
from nasbench_db.describing.sheet import sheet
from nasbench_db.errors import NasbenchDBError

_BASE = "/-/nasbench"
_MOST_SHOWN = 200
"""How many rows of an answer a page has at most."""


def _path(datasette: Any, name: str, page: str = "", **given: object) -> str:
    """The address of one of our pages."""
    query = f"?{urlencode(given)}" if given else ""
    where: str = datasette.urls.path(f"{_BASE}/{datasette.urls.database(name).split('/')[-1]}")
    return f"{where}/{page}{query}" if page else where


def _decoded(name: str) -> str:
    """The name of a database from a path, in which Datasette writes ``~`` for ``%``."""
    return unquote(name.replace("~", "%"))


# Cells of Datasette's own tables.


@hookimpl
def render_cell(row: Any, value: Any, column: str, database: str, datasette: Any) -> Any:
    """What names an architecture with its drawing, which leads to all that there is of it."""
    found = known(datasette, database)
    if found is None or value is None or column not in (*found.identity, "arch"):
        return None
    first = found.identity[0]
    if column == "arch":  # drawn if nothing else of the row is
        named = first in list(row.keys())  # of sqlite3.Row, "in" goes by values
        return None if named else drawn_link(datasette, found, value, drawn=True, named=False)
    return drawn_link(datasette, found, value, drawn=column == first, named=True)


def drawn_link(datasette: Any, found: Known, value: Any, *, drawn: bool, named: bool) -> Markup:
    """A link to the page of an architecture.

    Args:
        datasette: what serves.
        found: the database.
        value: what names the architecture, or its JSON.
        drawn: whether it shows the drawing.
        named: whether it shows the value.
    """
    svg = found.drawing(value) if drawn else ""
    text = html.escape(str(value)) if named or not svg else ""
    where = html.escape(_path(datasette, found.name, "architecture", arch=value))
    return Markup(f'<a class="nasbench-arch" href="{where}">{svg}<span>{text}</span></a>')


# What every page says.


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[Any], Any]:
    """Put a line at the top of each page: what is shown, what must be said of it, what to ask."""

    def wrapped(app: Any) -> Any:
        async def answered(scope: Any, receive: Any, send: Any) -> None:
            head: dict[str, Any] = {}
            body = b""

            async def passing(message: Mapping[str, Any]) -> None:
                nonlocal body
                if message["type"] == "http.response.start":
                    kind = dict(message["headers"]).get(b"content-type", b"")
                    if kind.startswith(b"text/html"):
                        head.update(message)
                        return
                if not head:
                    await send(message)
                    return
                body += message.get("body", b"")
                if not message.get("more_body"):
                    whole = _with_bar(body, await _bar(datasette, scope["path"]))
                    length = (b"content-length", str(len(whole)).encode())
                    kept = [pair for pair in head["headers"] if pair[0] != b"content-length"]
                    await send({**head, "headers": [*kept, length]})
                    await send({"type": "http.response.body", "body": whole})

            await app(scope, receive, passing if scope["type"] == "http" else send)

        return answered

    return wrapped


def _with_bar(page: bytes, bar: str) -> bytes:
    start = page.find(b"<body")
    end = page.find(b">", start) + 1
    return page if start < 0 else page[:end] + bar.encode() + page[end:]


async def _bar(datasette: Any, path: str) -> str:
    """The line of one database's pages; elsewhere a line for each database."""
    place = path.removeprefix(datasette.setting("base_url").rstrip("/"))
    name = _decoded(place.removeprefix(f"{_BASE}/").strip("/").partition("/")[0])
    one = known(datasette, name) if name in datasette.databases else None
    if one is not None:
        links = [
            f'<a href="{html.escape(_path(datasette, name, key))}">{question.title}</a>'
            for key, question in QUESTIONS.items()
            if question.suits(one)
        ]
        home = _home(datasette, one, one.benchmark.title)
        return _line([f"<strong>{home}</strong>", _said(one), *links])
    return "".join(
        _line([f"<strong>{_home(datasette, one, html.escape(one.name))}</strong>", _said(one)])
        for one in (known(datasette, name) for name in list(datasette.databases))
        if one is not None
    )


def _home(datasette: Any, one: Known, text: str) -> str:
    return f'<a href="{html.escape(_path(datasette, one.name))}">{text}</a>'


def _said(one: Known) -> str:
    mark = one.database.mark
    return "" if mark is None else f'<em class="nasbench-mark">{mark.long}</em>'


def _line(parts: list[str]) -> str:
    return f'<div class="nasbench-bar" role="note">{" · ".join(filter(None, parts))}</div>'


@hookimpl
def extra_css_urls(database: str | None, datasette: Any) -> list[str]:
    """Our style, and for a database's pages the units behind the names of its columns."""
    urls = [datasette.urls.path(f"{_BASE}.css")]
    if database is not None and known(datasette, database) is not None:
        urls.append(_path(datasette, database, "units.css"))
    return urls


# Our own pages.


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    """Their addresses."""
    name = rf"^{_BASE}/(?P<database>[^/]+)"
    return [
        (rf"^{_BASE}\.css$", style),
        (rf"{name}/units\.css$", units),
        (rf"{name}/architecture$", architecture),
        (rf"{name}(?:/(?P<question>{'|'.join(QUESTIONS)}))?$", question),
    ]


async def style() -> Response:
    return Response(_STYLE, content_type="text/css; charset=utf-8")


def _page(view: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """A view of a database that is ours, and that whoever asks may see."""

    async def checked(datasette: Any, request: Any) -> Response:
        name = _decoded(request.url_vars["database"])
        found = known(datasette, name) if name in datasette.databases else None
        if found is None or not await _may_see(datasette, request.actor, name):
            return Response.html("there is no such database here", status=404)
        return await view(datasette, request, found)

    return checked


async def _may_see(datasette: Any, actor: Any, name: str) -> bool:
    if hasattr(datasette, "permission_allowed"):
        told = await datasette.permission_allowed(actor, "view-database", name, default=True)
    else:  # version 1
        from datasette.resources import DatabaseResource

        resource = DatabaseResource(name)
        told = await datasette.allowed(action="view-database", resource=resource, actor=actor)
    return bool(told)


async def _units(datasette: Any, request: Any, found: Known) -> Response:
    return Response(found.units_css(), content_type="text/css; charset=utf-8")


async def _question(datasette: Any, request: Any, found: Known) -> Response:
    """A form, and what it asks for; without a question, all forms there are."""
    key = request.url_vars.get("question")
    asked = QUESTIONS.get(key) if key else None
    given = {name: request.args.get(name) for name in request.args}
    context: dict[str, Any] = {
        "found": found,
        "title": found.benchmark.title if asked is None else asked.title,
        "forms": {
            _path(datasette, found.name, k): (q, await working(q.fields, found, given))
            for k, q in QUESTIONS.items()
            if q.suits(found) and asked in (None, q)
        },
        "tables": datasette.urls.database(found.name),
    }
    if asked is not None and given:
        try:
            answer = await working(asked.answer, found, given)
            context.update(_shown(datasette, found, answer))
        except NasbenchDBError as error:
            context["error"] = str(error)
    page = await datasette.render_template("nasbench_question.html", context, request=request)
    return Response.html(page, status=400 if "error" in context else 200)


def _shown(datasette: Any, found: Known, answer: Answer) -> dict[str, Any]:
    """What the page shows of an answer: headings with units, and rows with drawings."""
    table: Table = answer.table
    # What the drawing, the link and the form say needs no column.
    said = {"arch", "config_id", "trial_id", *found.identity[1:], *fidelity(found)}
    there = {name for row in answer.rows for name, value in row.items() if value is not None}
    names = [name for name in table.columns if name not in said and name in there]
    empty = [name for name in table.columns if name not in there]
    rows = []
    for row in answer.rows[:_MOST_SHOWN]:
        cells: list[Any] = [found.shown(name, row[name]) for name in names]
        first = found.identity[0]
        if first in names:
            cells[names.index(first)] = drawn_link(
                datasette, found, row[first], drawn=answer.drawn, named=True
            )
        rows.append(cells)
    return {
        "headings": [found.heading(name) for name in names],
        "rows": rows,
        "count": len(answer.rows),
        "remarks": answer.remarks,
        "empty": ", ".join(empty) if rows else "",
        "sql": table.sql(),
        "figure": _data(answer.figure),
    }


def _data(svg: bytes | None) -> str:
    """A figure as the address of an image, so that no two share the names of their parts."""
    return "" if not svg else f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"


async def _architecture(datasette: Any, request: Any, found: Known) -> Response:
    """All that there is of one architecture."""
    given = request.args.get("arch") or ""
    try:
        arch = json.loads(given) if given[:1] in ("{", "[") else given
        told = await working(sheet, found.named(arch), db=found.database)
        curves = await working(figure_of_curves, found, found.named(arch))
    except (NasbenchDBError, ValueError) as error:
        context: dict[str, Any] = {"error": str(error), "title": "No such architecture"}
    else:
        context = {
            "title": told.drawing.title,
            "told": told,
            "svg": Markup(told.drawing.svg),
            "curves": _data(curves),
        }
    page = await datasette.render_template("nasbench_architecture.html", context, request=request)
    return Response.html(page, status=404 if "error" in context else 200)


units, question, architecture = map(_page, (_units, _question, _architecture))

_STYLE = """\
.nasbench-bar { padding: 0.4rem 1rem; background: #eef2f6; border-bottom: 1px solid #cbd5e0;
  font-size: 0.9rem; overflow-wrap: anywhere; }
.nasbench-mark { background: #fff3c4; padding: 0 0.3em; font-style: normal; font-weight: bold; }
.nasbench-arch { display: inline-flex; align-items: center; gap: 0.5rem; }
.nasbench-arch span { max-width: 20rem; overflow-wrap: break-word; }
.nasbench-arch svg { height: 6rem; width: auto; flex: none; }
.nasbench-drawing svg { max-width: 100%; height: auto; }
.nasbench-figure { max-width: 100%; width: 34rem; background: white; }
.nasbench-scroll { overflow-x: auto; }
.nasbench-scroll table { border-collapse: collapse; }
.nasbench-scroll th, .nasbench-scroll td { padding: 0.3rem 0.6rem; border: 1px solid #ddd;
  vertical-align: middle; text-align: left; }
.nasbench-scroll td.number { text-align: right; font-variant-numeric: tabular-nums; }
form.nasbench-form { display: flex; flex-wrap: wrap; gap: 0.8rem; align-items: end;
  margin: 1rem 0; }
form.nasbench-form label { display: grid; gap: 0.2rem; width: auto; max-width: 100%; }
form.nasbench-form select, form.nasbench-form input { font-size: 1rem; padding: 0.3rem;
  width: auto; max-width: 100%; box-sizing: border-box; }
.column-descriptions { max-height: 14rem; overflow-y: auto; }
.nasbench-error { background: #fde2e1; padding: 0.6rem; }
th small { font-weight: normal; }
"""
