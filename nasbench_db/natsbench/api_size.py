"""The size search space of NATS-Bench; the original has a module of this name."""

from __future__ import annotations

from typing import Any

from nasbench_db.nats.dropin import print_information
from nasbench_db.natsbench.api_utils import Data, NASBenchMetaAPI
from nasbench_db.natssss.constants import GENOTYPE
from nasbench_db.natssss.schema import SCHEMA
from nasbench_db.store.building import Report

__all__ = ["ALL_BASE_NAMES", "NATSsize", "print_information"]

ALL_BASE_NAMES = ["NATS-sss-v1_0-50262"]


class NATSsize(NASBenchMetaAPI):
    """The size search space, as the original API offers it: 32,768 choices of channels.

    Args:
        file_path_or_dict: a database of ``natssss``, or what is else possible; see
            :class:`~nasbench_db.natsbench.api_topology.NATStopology` for all arguments and errors.
        fast_mode: makes no difference.
        verbose: print a line for each question, and the progress of building.
        seed: of the generator that draws trials and architectures; by default unpredictable.
    """

    _schema = SCHEMA
    _base_name = ALL_BASE_NAMES[-1]
    search_space_name = "size"
    full_epochs_in_paper = 90

    def __init__(
        self,
        file_path_or_dict: Data = None,
        fast_mode: bool = False,
        verbose: bool = True,
        *,
        seed: Any = None,
    ) -> None:
        super().__init__(file_path_or_dict, fast_mode, verbose, seed)

    @staticmethod
    def _ingest(*arguments: Any, **options: Any) -> Report:
        # Imported when it is needed: what opens a database does without the readers of sources.
        from nasbench_db.natssss.ingest import ingest

        return ingest(*arguments, **options)

    @staticmethod
    def _arch_config(
        arch_str: str, channels: int | None, cells: int | None, classes: int
    ) -> dict[str, Any]:
        return {
            "name": "infer.shape.tiny",
            "channels": arch_str,
            "arch_str": arch_str,
            "genotype": GENOTYPE,
            "class_num": classes,
        }
