"""What only NAS-Bench-NLP can be asked on the command line."""

from __future__ import annotations

import click

from nasbench_db.commands.query import Question
from nasbench_db.nlp.query import as_written

EXAMPLE = "--dataset wikitext-2 --by test_loss --limit 10"

OPTIONS = (
    click.option("--status", metavar="TEXT", help="How it ended: OK, or what went wrong."),
    click.option("--recipe-id", type=int, help="The number of the recipe in the logs' names."),
    click.option("--exact", is_flag=True, help="Match the recipe as written, not the cell."),
)


def apply(question: Question, exact: bool) -> None:
    """Let a question be about one recipe of its cell."""
    if exact and question.arch is not None:
        question.conditions["arch"] = as_written(question.arch)
