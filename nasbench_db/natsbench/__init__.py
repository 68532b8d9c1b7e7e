"""``from nasbench_db.natsbench import create`` in place of ``from nats_bench import create``.

The original API of D-X-Y/NATS-Bench (version 1.8; ``docs/original-apis.md`` tells in what the
earlier ones differ), answered from databases: the same modules, names, keys, values, units and
defaults, and exceptions that are of the original's class as well. The topology search space is the
database of ``nasbench201``, the size search space that of ``natssss``. Opening reads nothing but
the file's header; each question reads the rows it needs. Accuracies are percent, losses
cross-entropies, times seconds, parameters and FLOPs millions, and epochs are counted from 0.

Where it differs from the original:

- ``fast_mode`` is remembered, and makes no difference: everything is read when it is asked for.
  Both a file and a folder will do with either value; ``evaluated_indexes``, ``avaliable_hps``,
  ``statistics`` and ``find_best`` tell of all that the database holds, not of what was asked for
  before; and ``find_best`` passes over architectures that are not there, where the original fails.
- The random generator belongs to the object; the original uses Python's global one. ``seed``
  makes it repeatable: pickles and forked children then go on with the same numbers, and without a
  seed with numbers of their own.
- ``hp`` may be a number wherever it may be text, so 1 is ``'01'``; an index numpy's as well, a
  path a ``pathlib.Path``, and an architecture a ``Cell`` of :mod:`nasbench_db.nasbench201` or
  :mod:`nasbench_db.natssss`.
- ``show(-1)``, which shows all, works.
- ``simulate_train_eval`` warns, once, when the accuracy it gives is measured on images half of
  which are the test images: see :class:`LeakWarning`. The answer is the original's.
- If the parameters or FLOPs of the seeds contradict each other and there is no seed 888, whose
  values the original takes, the mean counts.
- ``find_best`` returns ``(-1, None)`` if nothing is within the bounds, whatever ``verbose`` is,
  and warns.
- The ``comment`` of ``get_more_info``, ``query_info_str_by_arch`` and ``show`` are worded anew,
  and the latter two call millions of parameters so.
- ``get_net_param`` warns where it gives None because no weights were ingested, and gives numpy
  arrays where they were.
- ``reset_file_system`` knows the default one only.
- ``pickle_load``, ``reload`` and ``create_from_state_dict`` read files without running what they
  contain.
- What is handed out belongs to the caller: nothing that is done to it changes later answers.
- None stands for the default database, not for a file in ``$TORCH_HOME``.
"""

from __future__ import annotations

from typing import Any

from nasbench_db.architectures.topology import OPERATIONS
from nasbench_db.errors import InvalidQuery
from nasbench_db.natsbench.api_size import NATSsize
from nasbench_db.natsbench.api_topology import NATStopology
from nasbench_db.natsbench.api_utils import (
    ArchResults,
    Data,
    EmptyAnswerWarning,
    LeakWarning,
    ResultsCount,
    pickle_load,
    pickle_save,
)
from nasbench_db.natssss.constants import NUM_LAYERS, WIDTHS

__all__ = [
    "ArchResults",
    "EmptyAnswerWarning",
    "LeakWarning",
    "NATSsize",
    "NATStopology",
    "ResultsCount",
    "create",
    "pickle_load",
    "pickle_save",
    "search_space_info",
    "version",
]

NATS_BENCH_API_VERSIONs = [f"v1.{minor}" for minor in range(9)]
NATS_BENCH_API_VERSIONS = NATS_BENCH_API_VERSIONs
NATS_BENCH_TSS_NAMEs = ("tss", "topology")
NATS_BENCH_SSS_NAMEs = ("sss", "size")


def version() -> str:
    """The version of the original API that this stands for."""
    return NATS_BENCH_API_VERSIONs[-1]


def create(
    file_path_or_dict: Data,
    search_space: str,
    fast_mode: bool = False,
    verbose: bool = True,
    *,
    seed: Any = None,
) -> NATStopology | NATSsize:
    """The benchmark of a search space.

    Args:
        file_path_or_dict: see :class:`NATStopology`.
        search_space: ``tss`` or ``topology``, ``sss`` or ``size``.
        fast_mode: makes no difference.
        verbose: print a line for each question, and the progress of building.
        seed: of the generator that draws trials and architectures; by default unpredictable.

    Raises:
        ValueError: there is no such search space, and see :class:`NATStopology`.
    """
    if search_space in NATS_BENCH_TSS_NAMEs:
        return NATStopology(file_path_or_dict, fast_mode, verbose, seed=seed)
    if search_space in NATS_BENCH_SSS_NAMEs:
        return NATSsize(file_path_or_dict, fast_mode, verbose, seed=seed)
    raise _unknown("search_space", search_space)


def search_space_info(main_tag: str, aux_tag: str | None) -> dict[str, Any]:
    """What a search space is made of.

    Args:
        main_tag: ``nats-bench`` or ``nas-bench-201``.
        aux_tag: of ``nats-bench`` the search space; else None.

    Returns:
        ``op_names`` and ``num_nodes``, or ``candidates`` (numbers of channels) and ``num_layers``.

    Raises:
        ValueError: there is no such search space.
    """
    if main_tag == "nas-bench-201":
        if aux_tag is not None:
            raise InvalidQuery(f"aux_tag is {aux_tag!r}; for nas-bench-201 it must be None")
    elif main_tag != "nats-bench":
        raise InvalidQuery(f"main_tag is {main_tag!r}; it must be nats-bench or nas-bench-201")
    elif aux_tag in NATS_BENCH_SSS_NAMEs:
        return {"candidates": list(WIDTHS), "num_layers": NUM_LAYERS}
    elif aux_tag not in NATS_BENCH_TSS_NAMEs:
        raise _unknown("aux_tag", aux_tag)
    return {"op_names": list(OPERATIONS), "num_nodes": 4}


def _unknown(name: str, value: object) -> InvalidQuery:
    allowed = ", ".join(NATS_BENCH_TSS_NAMEs + NATS_BENCH_SSS_NAMEs)
    return InvalidQuery(f"{name} is {value!r}; it must be one of {allowed}")
