"""The command ``search``, which runs the searches of :mod:`nasbench_db.simulation`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from nasbench_db.ask.exporting import exported_file
from nasbench_db.ask.tables import import_extra
from nasbench_db.commands.options import WHICH, MetricName, scope, with_fidelity, with_options
from nasbench_db.errors import SearchFailed, nearest
from nasbench_db.simulation import ALGORITHMS
from nasbench_db.simulation import search as search_many
from nasbench_db.simulation.running import Charge, Revisits

if TYPE_CHECKING:
    _Choice = click.Choice[str]
else:  # in older versions of click it is no generic class
    _Choice = click.Choice


class Algorithm(_Choice):
    """The name of a search; of its function in Python, the message says which is meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name."""
        if value not in ALGORITHMS:
            of_functions = {function.__name__: name for name, function in ALGORITHMS.items()}
            meant = of_functions.get(value)
            hint = nearest(value, ALGORITHMS) if meant is None else f": did you mean {meant!r}?"
            named = ", ".join(map(repr, ALGORITHMS))
            self.fail(f"{value!r} is not one of {named}{hint}", param, ctx)
        return str(value)


def _repeat(_: click.Context, __: click.Parameter, text: str) -> str | int:
    return int(text) if text.isdigit() else text


def _budget(_: click.Context, __: click.Parameter, number: float) -> float:
    if not 0 < number < float("inf"):
        raise click.BadParameter(f"{number:g} is no number above 0")
    return number


@click.command()
@with_options(
    WHICH,
    click.option(
        "--algorithm",
        "algorithms",
        type=Algorithm(list(ALGORITHMS)),
        multiple=True,
        required=True,
        help="May be repeated.",
    ),
    click.option(
        "--budget",
        type=float,
        required=True,
        callback=_budget,
        help="How far the clock of each run may go: seconds, or as --charge says. Workers do not "
        "share it: with 100 evaluations, 4 workers make 400.",
    ),
    click.option(
        "--charge",
        type=click.Choice(get_args(Charge)),
        default="time",
        show_default=True,
        help="What a training costs: the seconds it took, its epochs, or 1.",
    ),
    click.option(
        "--runs",
        type=click.IntRange(1),
        default=10,
        show_default=True,
        help="How many of each algorithm.",
    ),
    click.option(
        "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all runs."
    ),
    click.option(
        "--metric",
        metavar="METRIC",
        type=MetricName(),
        help="What the search sees, if not the benchmark's own.",
    ),
    click.option(
        "--report",
        metavar="METRIC",
        type=MetricName(),
        help="What is told of the best, if not the benchmark's own.",
    ),
    click.option(
        "--report-epochs",
        metavar="N",
        type=click.IntRange(1),
        help="Of how long a training that is told, if not of --epochs.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1),
        default=1,
        show_default=True,
        help="How many networks are trained at once.",
    ),
    click.option(
        "--repeat",
        metavar="random|mean|N",
        default="random",
        show_default=True,
        callback=_repeat,
        help="Which of the recorded trainings.",
    ),
    click.option(
        "--revisits",
        type=click.Choice(get_args(Revisits)),
        default="charged",
        show_default=True,
        help="What an architecture costs that was evaluated before.",
    ),
    click.option("--population", type=click.IntRange(1), help="Of evolution; by default 50."),
    click.option("--tournament", type=click.IntRange(1), help="Of evolution; by default 10."),
    click.option("--eta", type=click.IntRange(2), help="Of those that halve; by default 3."),
    click.option("--overrun", is_flag=True, help="Count what ends after the budget's end."),
    click.option("--evaluation-time", is_flag=True, help="Charge the time of evaluating too."),
    click.option("--allow-test", is_flag=True, help="Let test images be selected by."),
    click.option("--processes", type=click.IntRange(1), help="By default as many as processors."),
    with_fidelity,
    click.option(
        "--out",
        metavar="FILE.parquet",
        type=click.Path(path_type=Path),
        required=True,
        help="What to write.",
    ),
    click.option("--force", is_flag=True, help="Replace a file that lies there."),
    click.option("--quiet", is_flag=True, help="Show no bar."),
)
def search(
    which: str,
    algorithms: tuple[str, ...],
    budget: float,
    runs: int,
    seed: int,
    population: int | None,
    tournament: int | None,
    eta: int | None,
    processes: int | None,
    out: Path,
    force: bool,
    quiet: bool,
    **given: Any,
) -> None:
    """Run searches on a simulated clock, in parallel, and write their trajectories.

    The file is drawn by: nasbench-db plot trajectory

    A sample without seconds of training, such as that of NAS-Bench-201, can be charged evaluations
    or epochs. The file needs pyarrow, which comes with the extra explore.

    Where an algorithm fails, such as one by halving without fewer epochs, the file has the others.

    \b
    Example:
      nasbench-db search nasbench201 --algorithm random --algorithm evolution \\
        --dataset cifar100 --epochs 12 --charge evaluations --budget 100 --out runs.parquet
    """
    if out.suffix != ".parquet":
        raise click.BadParameter(
            f"{out} does not end in .parquet, and that is what is written", param_hint="--out"
        )
    import_extra("pyarrow.parquet")  # before the searches, so that none is lost for want of it
    names = ("charge", "metric", "report", "report_epochs", "workers", "repeat", "revisits")
    flags = ("overrun", "evaluation_time", "allow_test")
    how = {name: given.pop(name) for name in (*names, *flags)}
    asked = scope(which, **given)
    options = {"population": population, "tournament": tournament, "eta": eta}
    with exported_file(asked["db"], out, force=force) as file:
        failed = None
        try:
            rows = search_many(
                None,
                algorithms,
                budget=budget,
                runs=runs,
                seed=seed,
                options={name: value for name, value in options.items() if value is not None},
                processes=processes,
                progress=not quiet,
                **how,
                **asked,
            )
        except SearchFailed as error:
            failed, rows = error, error.rows
        rows.write(file)
    click.echo(out)
    if failed is not None:  # and what ended is kept
        raise failed
