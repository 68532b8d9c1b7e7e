"""The topology search space of NATS-Bench; the original has a module of this name."""

from __future__ import annotations

from typing import Any

from nasbench_db.architectures.topology import Cell
from nasbench_db.nasbench201.api import TopologyAPI
from nasbench_db.nats.dropin import print_information
from nasbench_db.natsbench.api_utils import Data, NASBenchMetaAPI

__all__ = ["ALL_BASE_NAMES", "NATStopology", "print_information"]

ALL_BASE_NAMES = ["NATS-tss-v1_0-3ffb9"]


class NATStopology(NASBenchMetaAPI, TopologyAPI):
    """The topology search space, as the original API offers it: 15,625 cells.

    Args:
        file_path_or_dict: a database of ``nasbench201``; or an original file or folder, from which
            a database is built beside it, once, and again when it has changed; or the content of
            an original file, of which a database is built for as long as this object lives; or
            None for the database at the default path.
        fast_mode: makes no difference.
        verbose: print a line for each question, and the progress of building.
        seed: of the generator that draws trials and architectures; by default unpredictable.

    Attributes:
        filename: the name of the file or folder that was given.
        verbose: as given.

    Raises:
        ValueError: there is no such file or folder, it cannot be ingested, the dict lacks a key,
            or it is neither a path nor a dict.
        DatabaseNotFound: there is no such database, or none at the default path.
        InvalidDatabase: the file is no database of this search space, or the one beside an
            original is of something else.
    """

    _base_name = ALL_BASE_NAMES[-1]
    search_space_name = "topology"
    full_epochs_in_paper = 200

    def __init__(
        self,
        file_path_or_dict: Data = None,
        fast_mode: bool = False,
        verbose: bool = True,
        *,
        seed: Any = None,
    ) -> None:
        super().__init__(file_path_or_dict, fast_mode, verbose, seed)

    def get_unique_str(self, arch: Any) -> str:
        """The published identity of a topology; see ``Cell.unique_str``.

        Args:
            arch: see :meth:`query_index_by_arch`.
        """
        return Cell.from_string(self.meta_archs[self._index(arch)]).unique_str
