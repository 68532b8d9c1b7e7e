"""Datasette with our plugin, on databases that are open for reading only, until it is ended."""

from __future__ import annotations

import contextlib
import inspect
import socket
from collections.abc import Callable, Sequence
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.plugins import pm

from nasbench_db.commands import pages
from nasbench_db.describing.datasette import metadata
from nasbench_db.errors import InvalidQuery
from nasbench_db.store.database import BenchmarkDatabase

PLUGIN = "nasbench_db"
"""What the plugin is called, as its entry point says."""

_SETTINGS = {"sql_time_limit_ms": 10_000, "suggest_facets": False}
"""A question about all of NAS-Bench-101 takes longer than the second that is usual."""


def datasette_of(databases: Sequence[BenchmarkDatabase]) -> Datasette:
    """A Datasette of some databases and their measurement sets, none of which it can change.

    Raises:
        InvalidQuery: two of them have the same file name.
    """
    if not pm.has_plugin(PLUGIN):  # in a checkout that is not installed
        pm.register(pages, name=PLUGIN)
    told = metadata(databases)
    how: dict[str, Any] = {"metadata": told, "settings": _SETTINGS}
    if "config" in inspect.signature(Datasette).parameters:  # version 1 has the queries there
        queries = {name: {"queries": one["queries"]} for name, one in told["databases"].items()}
        how["config"] = {"databases": queries}
    sets = [one.path for database in databases for one in database.sets]
    files = [*(database.path for database in databases), *sets]
    return Datasette(immutables=list(map(str, files)), crossdb=bool(sets), **how)


def listening(host: str, port: int | None, usual: int = 8001) -> socket.socket:
    """A socket at an address.

    Args:
        host: the name or number of this machine.
        port: the port; None for the usual one, or any other where that is taken.
        usual: which one that is.

    Raises:
        InvalidQuery: it cannot be had.
    """
    for number in (usual, 0) if port is None else (port,):
        kind = socket.AF_INET6 if ":" in host else socket.AF_INET
        found = socket.socket(kind, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((host, number))
            return found
        except OSError as error:
            found.close()
            reason = error
    raise InvalidQuery(
        f"nothing can listen at {host}, port {usual if port is None else port} "
        f"({reason.strerror}); choose another port, or leave it out"
    )


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    ready: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()


def serve(
    databases: Sequence[BenchmarkDatabase],
    host: str,
    port: int | None,
    ready: Callable[[str], None],
) -> None:
    """Serve databases until a signal ends it.

    Args:
        databases: what to show.
        host: where to listen.
        port: see :func:`listening`.
        ready: called with the address when pages can be had.

    Raises:
        InvalidQuery: two databases have the same file name, or nothing can listen there.
    """
    datasette = datasette_of(databases)
    with contextlib.closing(listening(host, port)) as found:
        name = f"[{host}]" if ":" in host else host
        server = _Server(uvicorn.Config(datasette.app(), log_level="warning"))
        server.ready = lambda: ready(f"http://{name}:{found.getsockname()[1]}/")
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[found])
