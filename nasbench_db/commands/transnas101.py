"""What only TransNAS-Bench-101 can be asked on the command line, and how it is enumerated."""

from __future__ import annotations

import click

from nasbench_db.ask.trials import Trials
from nasbench_db.commands.options import write_out
from nasbench_db.commands.query import Question
from nasbench_db.transnas101.metrics import METRICS
from nasbench_db.transnas101.query import as_at_best, metrics_of

EXAMPLE = "--arch 64-1234-basic --task class_object --best valid_top1"

OPTIONS = (
    click.option("--search-space", help="macro or micro; both if not given."),
    click.option(
        "--best",
        metavar="METRIC",
        help="Of each training, print the epoch at which it is best, in place of the last.",
    ),
)


def apply(question: Question, best: str | None) -> None:
    """Let a question be about the best epochs; leave out what its task lacks."""

    def adjust(trials: Trials) -> Trials:
        tasks = trials.chosen.get("task", ())  # as the database spells them
        if tasks:
            of_task = metrics_of(question.database, str(tasks[0]))
            question.absent = set(METRICS) - set(of_task)
        return as_at_best(trials, best)

    question.adjust = adjust


@click.command("transnas101")
@click.option("--out", metavar="FILE", type=click.Path(dir_okay=False), help="A .jsonl file.")
def enumerate_space(out: str | None) -> None:
    """Count the architectures of TransNAS-Bench-101, or write them all.

    --out writes a line of JSON for each, macro before micro: its string, search space, and the
    channels and stride of each module. The public index is not among it, being the order of the
    data set's file.

    \b
    Example:
      nasbench-db enumerate transnas101 --out architectures.jsonl
    """
    from nasbench_db.transnas101.cell import enumerate_cells
    from nasbench_db.transnas101.constants import MACRO_SIZE, MICRO_SIZE, SPACE_SIZE

    if out is None:
        click.echo(f"{SPACE_SIZE:,} architectures: {MACRO_SIZE:,} macro, {MICRO_SIZE:,} micro")
        return
    described = (
        {
            "arch_str": cell.arch_str,
            "search_space": cell.search_space,
            "channels": [stage.channels for stage in cell.stages],
            "strides": [stage.stride for stage in cell.stages],
        }
        for cell in enumerate_cells()
    )
    write_out(described, out)
