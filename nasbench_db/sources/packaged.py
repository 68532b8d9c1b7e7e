"""Files of real numbers that the package carries, so that it has something to ask at once.

Such a file is a text compressed by xz: a line for each column, with its name and then its values,
all joined by commas. A number is written so that it is read as the same number to the last bit.
Who measured the numbers and who published them, and under which licences, stands in the notice
beside the files; ``scripts/make_samples.py`` writes them.
"""

from __future__ import annotations

import lzma
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nasbench_db.errors import SourceError, how_to_install
from nasbench_db.store.marks import SAMPLE_FORMAT
from nasbench_db.store.metering import Meter

_PRESET = 6 | lzma.PRESET_EXTREME  # more of it would only take memory

NOTICE = "sample-notice.txt"
"""The name of the notice beside the files."""


@dataclass(frozen=True)
class Packaged:
    """One file of the package's real numbers.

    Attributes:
        benchmark: whose numbers they are; the file lies in its folder.
        name: the file's name.
        told: for a sample, what the numbers are, who has published them, and what is missing, in
            sentences.
    """

    benchmark: str
    name: str
    told: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where it lies.

        Raises:
            SourceError: it is not there.
        """
        path = Path(__file__).parents[1] / self.benchmark / self.name
        if not path.exists():
            raise SourceError(
                f"the package lacks its file {self.benchmark}/{self.name}, of which the sample of "
                f"{self.benchmark} is made; install it again: {how_to_install()}"
            )
        return path

    def columns(self) -> dict[str, list[str]]:
        """The values of each column, still as texts.

        Raises:
            SourceError: the file is not there, or damaged.
        """
        path = self.path
        try:
            with lzma.open(path, "rt", encoding="ascii", newline="\n") as file:
                lines = [line.rstrip("\n").split(",") for line in file]
        except (lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
            raise SourceError(
                f"{path} is damaged: {error}; install the package again: {how_to_install()}"
            ) from None
        return {name: values for name, *values in lines}

    def numbers(self) -> dict[str, list[float]]:
        """The values of each column of a file that has nothing but numbers.

        Raises:
            SourceError: the file is not there, or damaged.
        """
        return {name: [float(text) for text in texts] for name, texts in self.columns().items()}

    def described(self, records: int, form: str = SAMPLE_FORMAT) -> dict[str, Any]:
        """The description of a sample's source, for ``Provenance``.

        Args:
            records: how many were read of it.
            form: the source's format; another one for what is a whole benchmark.
        """
        meter = Meter.of_file(self.path)
        return {**meter.describe(self.name, form, records, False), "changes": self.told}


def write_columns(path: str | os.PathLike[str], columns: Mapping[str, Sequence[object]]) -> None:
    """Write such a file.

    Args:
        path: the file.
        columns: for each name the values, numbers of Python or texts without commas.
    """
    with lzma.open(path, "wt", preset=_PRESET, encoding="ascii", newline="\n") as file:
        for name, values in columns.items():
            texts = [value if isinstance(value, str) else repr(value) for value in values]
            file.write(",".join([name, *texts]) + "\n")
