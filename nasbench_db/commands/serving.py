"""The command that shows databases in the browser."""

from __future__ import annotations

import webbrowser

import click

from nasbench_db.ask.tables import import_extra
from nasbench_db.commands.describing import those_meant
from nasbench_db.commands.options import WITH, Which


@click.command()
@click.argument("which", metavar="[BENCHMARK|PATH]...", type=Which(), nargs=-1)
@WITH
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port; by default 8001, or any free one where that is taken.",
)
@click.option("--open", "opening", is_flag=True, help="Open the browser.")
def serve(
    which: tuple[str, ...], sets: tuple[str, ...], host: str, port: int | None, opening: bool
) -> None:
    """Show databases in the browser, by Datasette with a plugin of ours.

    By default all databases at the default places. Nothing can be changed there, and without
    --host nobody else can see it. Ctrl-C ends it. Needs the extra serve.

    \b
    Example:
      nasbench-db serve nasbench201 nasbench101
      nasbench-db serve nasbench201 --with hwnas
    """
    import_extra("datasette", "serve")
    from nasbench_db.commands.pages.running import serve as run

    def ready(address: str) -> None:
        click.echo(f"{address}  (Ctrl-C ends it)")
        if opening:
            webbrowser.open(address)

    run(those_meant(which, sets), host, port, ready)
