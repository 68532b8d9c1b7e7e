"""The networks by the names of their benchmarks; torch is imported when one is built."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures.inputs import as_int, show
from nasbench_db.ask.tables import import_extra
from nasbench_db.benchmarks import get
from nasbench_db.errors import InvalidQuery
from nasbench_db.networks.weights import weights_of
from nasbench_db.networks.words import cell_of, positive

if TYPE_CHECKING:
    from nasbench_db.networks.nasbench201 import CellNetwork
    from nasbench_db.networks.network import Network
    from nasbench_db.store.database import BenchmarkDatabase

SKELETONS = {
    "nasbench101": "nasbench101",
    "nasbench201": "nasbench201",
    "natssss": "sizes",
    "transnas101": "transnas101",
    "nasbenchmacro": "macro",
}
"""The module of this room that builds a benchmark's networks."""


def build(arch: Any, benchmark: str, *, seed: int | None = None, **options: Any) -> Network:
    """The network of an architecture, as it was trained, with new weights.

    Args:
        arch: the architecture, in every form that the benchmark's ``Cell`` reads.
        benchmark: its benchmark: ``nasbench101``, ``nasbench201``, ``natssss``, ``transnas101`` or
            ``nasbenchmacro``.
        seed: of the weights; by default torch's own generator draws them, which is otherwise left
            alone.
        options: ``dataset`` (of TransNAS-Bench-101 ``task``), and for other data ``num_classes``
            and ``image_size``; of NAS-Bench-201 ``channels`` and ``cells`` as well.

    Raises:
        MissingExtra: torch is not installed.
        UnknownBenchmark: there is no such benchmark.
        InvalidArchitecture: it is no architecture of the benchmark.
        InvalidQuery: the benchmark's networks are not known here, or an option is unknown.
    """
    name = get(benchmark).name
    if name not in SKELETONS:
        raise InvalidQuery(
            f"networks of {name} cannot be built; there are those of {', '.join(SKELETONS)}"
        )
    cell = cell_of(name, arch)
    torch = import_extra("torch", "torch")
    skeleton: Callable[..., Network] = resolve_name(
        f"nasbench_db.networks.{SKELETONS[name]}:network"
    )
    known = list(inspect.signature(skeleton).parameters)[1:]
    for option in options:
        if option not in known:
            raise InvalidQuery.unknown(f"option of the networks of {name}", option, known)
    if seed is None:
        return skeleton(cell, **options)
    number = as_int(seed)
    if number is None:
        raise InvalidQuery(f"seed is {show(seed)}; it must be a whole number")
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(number)
        return skeleton(cell, **options)


def load(
    db: BenchmarkDatabase,
    arch: Any,
    dataset: str,
    seed: int | None = None,
    *,
    num_epochs: int | None = None,
) -> Network:
    """The network of an architecture with its trained weights, from a database that has them.

    Args:
        db: a handle on a database of NAS-Bench-201 or of NATS-Bench's size search space.
        arch: the architecture, in every form that the benchmark's ``Cell`` reads.
        dataset: what it was trained on.
        seed: of the training; None where there is only one with weights.
        num_epochs: of the training; by default the longest with weights.

    Raises:
        MissingExtra: torch is not installed.
        InvalidArchitecture: it is no architecture of the benchmark.
        InvalidQuery: the database has no such weights.
        WrongWeights: those in the database are not of the architecture.
    """
    found = weights_of(db, arch, dataset, seed, num_epochs)
    network = build(found.arch_str, found.benchmark, dataset=dataset, **found.options)
    network.load_state_dict(found.tensors)
    return network


def get_cell_based_tiny_net(config: Any) -> CellNetwork:
    """The network of what ``get_net_config`` of a drop-in gives; it takes images of any size.

    It stands in for the function of this name in D-X-Y/AutoDL-Projects, for the configs of
    NAS-Bench-201 and NATS-Bench.

    Args:
        config: a dict, or an object with attributes: of the topology space ``name``
            (``infer.tiny``), ``C``, ``N``, ``num_classes``, and ``arch_str`` or ``genotype``; of
            the size space ``name`` (``infer.shape.tiny``), ``channels``, ``genotype`` and
            ``num_classes``.

    Raises:
        MissingExtra: torch is not installed.
        InvalidQuery: it is no such config.
        InvalidArchitecture: its architecture is none.
    """
    import_extra("torch", "torch")
    from nasbench_db.architectures.network import widths_of
    from nasbench_db.architectures.topology import Cell
    from nasbench_db.natssss.cell import Cell as SizeCell
    from nasbench_db.networks.nasbench201 import CellNetwork

    given: Mapping[str, Any] = config if isinstance(config, Mapping) else _attributes(config)
    try:
        if given["name"] == "infer.tiny":
            cell: Any = Cell.parse(given["arch_str"] if "arch_str" in given else given["genotype"])
            benchmark, ops = "nasbench201", cell.ops
            widths = widths_of(*(positive(key, given[key]) for key in ("C", "N")))
        elif given["name"] == "infer.shape.tiny":
            channels = given["channels"]
            cell = SizeCell.parse(channels)
            benchmark, ops = "natssss", Cell.parse(given["genotype"]).ops
            widths = cell.channels
        else:
            raise InvalidQuery.unknown(
                "network", given["name"], ("infer.tiny", "infer.shape.tiny")
            )
        classes = positive("num_classes", given["num_classes"])
    except KeyError as error:
        raise InvalidQuery(
            f"the config lacks {error}; it has {', '.join(map(str, given)) or 'nothing'}: give "
            "what get_net_config returns"
        ) from None
    return CellNetwork(cell, benchmark, ops, widths, classes, image_size=None)


def _attributes(config: Any) -> dict[str, Any]:
    """What an object such as a named tuple has."""
    names = ("name", "C", "N", "arch_str", "genotype", "channels", "num_classes")
    return {name: getattr(config, name) for name in names if hasattr(config, name)}
