"""The command line: ``nasbench-db``.

stdout carries data, stderr everything else. The exit status is 0, or 1 after a failure, which is
told in one line, or 2 if the command was used wrongly.
"""

from __future__ import annotations

import contextlib
import inspect
import re
import signal
import sys
import warnings
from collections.abc import Iterator
from pkgutil import resolve_name
from types import FrameType
from typing import Any

import click
from click.shell_completion import CompletionItem
from peewee import PeeweeException

from nasbench_db import benchmarks
from nasbench_db.__version__ import __version__
from nasbench_db.commands.options import benchmarks_or_files, option_of
from nasbench_db.commands.query import command_of, own_room
from nasbench_db.errors import InvalidQuery, NasbenchDBError, UnsaidFidelity
from nasbench_db.formats.rows import visible

_ROOMS = {
    "building": ("ingest", "download", "verify", "migrate", "export", "copy", "demo"),
    "describing": ("info", "describe", "show", "datasette"),
    "exploring": (
        *("top", "pareto", "optimum", "select", "curve", "statistics", "coverage", "correlate"),
        "correlations",
    ),
    "measuring": ("measure",),
    "plotting": ("plot",),
    "sampling": ("sample",),
    "serving": ("serve",),
    "simulating": ("search",),
    "sql": ("sql",),
}
"""The modules of this folder, and the commands that each has; they are imported when needed."""

_PLACES = {command: room for room, names in _ROOMS.items() for command in names}


class _Group(click.Group):
    """A group of commands whose expected errors end it with one line of text."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_PLACES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _PLACES:
            room = f"nasbench_db.commands.{_PLACES[cmd_name]}"
            command: click.Command = resolve_name(f"{room}:{cmd_name}")
            return command
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their whole first sentences."""
        listed = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            text = inspect.cleandoc(command.help or "") if command is not None else ""
            listed.append((name, " ".join(text.partition("\n\n")[0].split())))
        with formatter.section("Commands"):
            formatter.write_dl(listed)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with _own_warnings_told():
                return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read the output has read enough; click ends quietly
        except UnsaidFidelity as error:
            choice = f"{option_of(error.column)} {error.held[-1]}"
            raise click.ClickException(error.worded(choice)) from None
        except (NasbenchDBError, PeeweeException, OSError) as error:
            said = " ".join(str(error).split())
            if isinstance(error, InvalidQuery) and ctx.invoked_subcommand is not None:
                said = _in_options(said, self.get_command(ctx, ctx.invoked_subcommand))
            raise click.ClickException(visible(said)) from None
        except MemoryError:
            raise click.ClickException(
                "there is not enough memory: end other programs, raise the limit (ulimit -v), or "
                "ask for less"
            ) from None


@contextlib.contextmanager
def _own_warnings_told() -> Iterator[None]:
    """Tell warnings of this package's in a line, without a place in its code."""
    with warnings.catch_warnings():
        usual = warnings.showwarning

        def told(message: Warning | str, category: type[Warning], *place: Any, **how: Any) -> None:
            if category.__module__.partition(".")[0] == "nasbench_db":
                click.echo(f"Warning: {message}", err=True)
            else:
                usual(message, category, *place, **how)

        warnings.showwarning = told
        yield


def _in_options(said: str, command: click.Command | None) -> str:
    """A message with options in the place of arguments of Python: ``--charge epochs``.

    Args:
        said: the message.
        command: what was called; words that are no options of it, nor of a command of its own,
            stay as they are.
    """
    known: dict[str, str] = {}
    waiting = [command]
    while waiting:
        one = waiting.pop()
        if isinstance(one, click.Group):
            waiting += one.commands.values()
        for option in one.params if one is not None else ():
            if isinstance(option, click.Option):
                known[str(option.name)] = option.opts[0]

    def worded(match: re.Match[str]) -> str:
        name, value = match[1], match[2].strip("'\"")
        if name not in known:
            return match[0]
        return known[name] if value == "True" else f"{known[name]} {value}"

    return _ARGUMENT.sub(worded, said)


_ARGUMENT = re.compile(r"""\b([a-z_]+)=(True|[0-9.]+|'[^']*'|"[^"]*")""")
"""An argument as one writes it in Python."""


class _QueryGroup(click.Group):
    """A subcommand for each benchmark, which is called by its name or as its database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(benchmarks.BENCHMARKS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name, _ = benchmarks.which_database(cmd_name)
        return command_of(name, cmd_name)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The benchmarks, or files."""
        return benchmarks_or_files(incomplete)


class _SpaceGroup(click.Group):
    """A subcommand for each benchmark whose space can be enumerated."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in benchmarks.BENCHMARKS if self._command_of(name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return self._command_of(benchmarks.get(cmd_name).name)

    def _command_of(self, name: str) -> click.Command | None:
        return getattr(own_room(name), "enumerate_space", None)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Tabular NAS benchmarks as SQLite databases.

    A benchmark is named as in nasbench201 or NAS-Bench-201; where a database is asked, its path
    can stand for the name. Metrics are listed by: nasbench-db describe BENCHMARK
    """


@cli.group(cls=_QueryGroup)
def query() -> None:
    """Print the trials of a benchmark that meet conditions.

    Each benchmark has options of its own; see: nasbench-db query BENCHMARK --help
    """


@cli.group("enumerate", cls=_SpaceGroup)
def enumerate_space() -> None:
    """Go through a benchmark's whole search space; needs no database."""


def main() -> None:
    """The entry point of the command.

    A signal that ends it lets it delete what is not complete, as Ctrl-C does.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    cli.main(prog_name="nasbench-db", args=sys.argv[1:])


def _end(number: int, frame: FrameType | None) -> None:
    """End in order, with the exit status that a shell gives for the signal."""
    signal.signal(number, signal.SIG_IGN)  # a second one must not break the cleaning up
    raise SystemExit(128 + number)
