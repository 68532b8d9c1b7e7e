"""What the benchmarks have in common: a conformance test each, and signatures of one family."""

import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import pytest

from nasbench_db import BENCHMARKS, explore, plotting
from nasbench_db.commands.cli import cli
from nasbench_db.nasbench101 import query_nb101_trial_stats
from nasbench_db.nasbench201 import query_nb201_trial_stats
from nasbench_db.nasbenchmacro import query_macro_trial_stats
from nasbench_db.natssss import query_natssss_trial_stats
from nasbench_db.nds import query_nds_trial_stats
from nasbench_db.nlp import query_nlp_trial_stats
from nasbench_db.transnas101 import query_tnb101_trial_stats

HELPERS = (
    query_nb101_trial_stats,
    query_nb201_trial_stats,
    query_natssss_trial_stats,
    query_tnb101_trial_stats,
)
# The first of the further ones has no curves to add, the next begins with what tells a sweep.
ALL_HELPERS = (
    *HELPERS,
    query_macro_trial_stats,
    query_nds_trial_stats,
    query_nlp_trial_stats,
)
QUESTIONS = (
    explore.top,
    explore.pareto,
    explore.optimum,
    explore.learning_curve,
    explore.statistics,
    explore.rank_correlation,
    explore.select_and_report,
)
FIGURES = (
    plotting.scatter,
    plotting.distribution,
    plotting.curves,
    plotting.correlation,
    plotting.front,
)
COMMANDS = ("top", "pareto", "optimum", "select", "curve", "statistics", "correlate")

Parameters = dict[str, inspect.Parameter]


def parameters(function: Callable[..., Any]) -> Parameters:
    """Those of a function, without ``**``."""
    found = inspect.signature(function).parameters
    return {name: one for name, one in found.items() if one.kind is not one.VAR_KEYWORD}


def check_family(functions: Iterable[Callable[..., Any]], common: tuple[str, ...]) -> None:
    """All have these, in this order, of the same kind and type and with the same default."""
    facts: dict[str, set[Any]] = {}
    for function in functions:
        found = parameters(function)
        assert tuple(name for name in found if name in common) == common, function
        for name in common:
            one = found[name]
            facts.setdefault(name, set()).add((one.kind, one.default, one.annotation))
    assert {name: len(told) for name, told in facts.items()} == dict.fromkeys(common, 1)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_has_a_conformance_test(name: str) -> None:
    text = (Path(__file__).parent / name / "test_conformance.py").read_text(encoding="utf-8")
    assert "class TestConformance(Conformance):" in text
    assert f'name="{name}"' in text


def test_the_query_helpers_are_asked_alike() -> None:
    common = ("reduction", "include_intermediates", "order_by", "limit", "db")
    check_family(HELPERS, common)
    for function in HELPERS:
        names = list(parameters(function))
        assert names[0] == "arch"
        assert names[-3:] == ["order_by", "limit", "db"]
        assert "num_epochs" in names
    *with_epochs, _ = HELPERS
    check_family(with_epochs, ("num_epochs", "train_acc", "valid_acc", "test_acc", "parameters"))


def test_nnis_calls_by_position_work() -> None:
    """The helpers that NNI has begin as NNI's; all further arguments are by keyword."""
    further = ["reduction", "include_intermediates"]
    nds = ["model_family", "proposer", "generator", "model_spec", "cell_spec"]
    for helper, names in (
        (query_nb101_trial_stats, ["arch", "num_epochs", "isomorphism", *further]),
        (query_nb201_trial_stats, ["arch", "num_epochs", "dataset", *further]),
        (query_nlp_trial_stats, ["arch", "dataset", *further]),
        (query_nds_trial_stats, [*nds, "dataset", "num_epochs", *further]),
    ):
        kinds = {name: one.kind for name, one in parameters(helper).items()}
        positional = [n for n, k in kinds.items() if k is inspect.Parameter.POSITIONAL_OR_KEYWORD]
        assert positional == names
        assert set(kinds.values()) == {
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            inspect.Parameter.KEYWORD_ONLY,
        }


def test_the_search_spaces_of_nats_are_asked_alike() -> None:
    """But for isomorphism and connectedness, which the sizes have not."""
    _, topology, size, _ = (list(parameters(helper)) for helper in HELPERS)
    assert [name for name in topology if name not in ("isomorphism", "connected")] == size


def test_the_helpers_take_every_metric_as_a_range() -> None:
    """By name, or whatever the benchmark's metrics are called; some of NATS' are left out."""
    for benchmark, helper in zip(BENCHMARKS.values(), ALL_HELPERS, strict=True):
        signature = inspect.signature(helper).parameters
        rest = any(one.kind is one.VAR_KEYWORD for one in signature.values())
        left_out = set() if rest else set(benchmark.metrics) - set(signature)
        losses = {name for name in benchmark.metrics if name.endswith("_loss")}
        seldom = {"train_acc5", "epoch_training_time"}
        seldom |= {name for name in benchmark.metrics if name.endswith("_evaluation_time")}
        assert left_out == (losses | seldom) & left_out


def test_questions_are_asked_alike() -> None:
    check_family(QUESTIONS, ("where", "benchmark", "db"))
    reduced = [function for function in QUESTIONS if "reduction" in parameters(function)]
    assert {function.__name__ for function in QUESTIONS} - {f.__name__ for f in reduced} == {
        "statistics"
    }
    for function in QUESTIONS:
        names = list(parameters(function))
        assert names[-1] == "db"
        assert names.index("where") + 1 == names.index("benchmark")
        (rest,) = inspect.signature(function).parameters.keys() - set(names)
        assert rest == "equal"
    for function in reduced:
        default = None if function is explore.learning_curve else "mean"
        assert parameters(function)["reduction"].default == default


def test_figures_are_asked_as_questions_are() -> None:
    check_family(FIGURES, ("where", "benchmark", "db", "ax"))
    for function in FIGURES:
        assert list(parameters(function))[-2:] == ["db", "ax"]
    check_family((plotting.scatter, plotting.distribution, plotting.front), ("reduction",))


def test_commands_say_alike_which_trials() -> None:
    """The same options, of the same type and with the same help."""
    told: dict[str, set[Any]] = {}
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        options = {o.opts[0]: o for o in command.params if isinstance(o, click.Option)}
        for flag in ("--db", "--epochs", "--dataset", "--task", "--where", "--format", "--sql"):
            option = options[flag]
            told.setdefault(flag, set()).add((type(option.type), option.help, option.is_flag))
    assert {flag: len(found) for flag, found in told.items()} == dict.fromkeys(told, 1)
