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
    click.option("--model-spec", metavar="JSON", help="NNI's dict of depths, widths and so on."),
    click.option("--cell-spec", metavar="JSON", help="NNI's dict of cells; {} for none."),
    click.option("--sweep", metavar="NAME", help="The file, such as ResNet_rng1."),
    click.option("--sweep-group", metavar="NAME", help="top or mid, of a file of reruns."),
)


def apply(
    question: Question,
    model_family: str | None,
    proposer: str | None,
    generator: str | None,
    model_spec: str | None,
    cell_spec: str | None,
    sweep: str | None,
    sweep_group: str | None,
) -> None:
    """Let a question be about a family, a design space, an architecture by its specs, a sweep."""
    from nasbench_db.nds.query import cell_spec_text, model_spec_text

    question.conditions |= {
        "model_family": model_family,
        "proposer": proposer,
        "generator": generator,
        "model_spec": model_spec_text(_json("--model-spec", model_spec)),
        "cell_spec": cell_spec_text(_json("--cell-spec", cell_spec)),
        "sweep": sweep,
        "sweep_group": sweep_group,
    }


def _json(option: str, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{option} is not JSON: {error}") from None
