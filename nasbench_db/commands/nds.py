"""What only NDS can be asked on the command line; its spaces are not enumerated."""

from __future__ import annotations

import json
from typing import Any

import click

from nasbench_db.commands.query import Question

EXAMPLE = "--model-family vanilla --dataset cifar10 --limit 5"

OPTIONS = (
    click.option("--model-family", metavar="NAME", help="NNI's name of the family of networks."),
    click.option("--proposer", metavar="NAME", help="The design space, such as amoeba."),
    click.option("--generator", metavar="NAME", help="random, fix_w_d or tune_lr_wd."),
    click.option(
        "--model-spec", "model", metavar="JSON", help="NNI's dict of depths, widths and so on."
    ),
    click.option("--cell-spec", "cell", metavar="JSON", help="NNI's dict of cells; {} for none."),
    click.option("--sweep", metavar="NAME", help="The file, such as ResNet_rng1."),
    click.option("--sweep-group", metavar="NAME", help="top or mid, of a file of reruns."),
)


def apply(question: Question, model: str | None, cell: str | None) -> None:
    """Let a question be about an architecture by its specs."""
    from nasbench_db.nds.query import cell_spec_text, model_spec_text

    question.conditions |= {
        "model_spec": model_spec_text(_json("--model-spec", model)),
        "cell_spec": cell_spec_text(_json("--cell-spec", cell)),
    }


def _json(option: str, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{option} is not JSON: {error}") from None
