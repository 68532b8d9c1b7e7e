"""An architecture of the size search space of NATS-Bench as a value: five numbers of channels.

The network is a row of five layers, three of them the same NAS-Bench-201 cell; an architecture
says how many channels each layer has (Dong et al., "NATS-Bench: Benchmarking NAS Algorithms for
Architecture Topology and Size", 2021).

Inside, it is a word (:mod:`nasbench_db.architectures.words`): for each layer the index of its
number of channels in ``WIDTHS``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures import words
from nasbench_db.architectures.inputs import as_int, index_below, show, told
from nasbench_db.architectures.modules import HasNetwork
from nasbench_db.architectures.network import SIDE, count_flops, count_parameters
from nasbench_db.architectures.randomness import SupportsRandom
from nasbench_db.architectures.topology import Cell as TopologyCell
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.natssss.constants import GENOTYPE, NUM_LAYERS, SPACE_SIZE, WIDTHS

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.architectures.drawing import Drawing

_TEXTS = {str(width): i for i, width in enumerate(WIDTHS)}
_FORM = "8:8:8:16:32"

GENOTYPE_OPS = tuple(TopologyCell.from_string(GENOTYPE).ops)
"""The operations of the cell that all networks of the space are made of."""


class Cell(HasNetwork, words.WordCell):
    """One architecture of the size search space, immutable.

    Args:
        channels: of the 5 layers, each one of :data:`WIDTHS`.

    Raises:
        InvalidArchitecture: this is no architecture of the search space; the message says why.
    """

    __slots__ = ()

    _benchmark = "natssss"
    places = NUM_LAYERS
    choices = len(WIDTHS)
    names = tuple(f"layer_{layer}" for layer in range(NUM_LAYERS))
    options = tuple(WIDTHS)

    def __init__(self, channels: Iterable[int] | np.ndarray) -> None:
        word = []
        for layer, given in enumerate(words.sequence("the channels", channels, NUM_LAYERS)):
            width = as_int(given)
            if width not in WIDTHS:
                raise InvalidArchitecture(_unknown_width(layer, given))
            word.append(WIDTHS.index(width))
        self._word = tuple(word)

    @classmethod
    def parse(cls, given: Any) -> Cell:
        """An architecture from whatever is one.

        Args:
            given: an architecture; its string, whatever blanks and quotes are around it; its
                index, also as text; the 5 numbers of channels, or JSON of their list; an object
                with ``arch_str``.

        Raises:
            InvalidArchitecture: it is none of these, or outside the search space.
        """
        if isinstance(given, Cell):
            return given
        given = told(given)
        if isinstance(given, str):
            return cls.from_string(given)
        if as_int(given) is not None:
            return cls.from_index(given)
        if isinstance(given, bytes) or not isinstance(given, Sequence):
            raise InvalidArchitecture(
                f"an architecture is a Cell, a string {_FORM}, a list of {NUM_LAYERS} numbers of "
                f"channels, or an index from 0 to {SPACE_SIZE - 1}; not {show(given)}"
            )
        return cls(given)

    @classmethod
    def from_string(cls, arch_str: str) -> Cell:
        """An architecture from its string, such as ``8:8:8:16:32``.

        Raises:
            InvalidArchitecture: the string has another form or an unknown number of channels.
        """
        if not isinstance(arch_str, str):
            raise InvalidArchitecture(f"an architecture string is a str, not {show(arch_str)}")
        texts = arch_str.split(":")
        if len(texts) != NUM_LAYERS:
            raise InvalidArchitecture(
                f"the architecture string {show(arch_str)} has {len(texts)} parts joined by ':'; "
                f"it must have {NUM_LAYERS}, as {_FORM}"
            )
        for layer, text in enumerate(texts):
            if text not in _TEXTS:
                raise InvalidArchitecture(_unknown_width(layer, text))
        return cls._of(tuple(_TEXTS[text] for text in texts))

    @classmethod
    def from_index(cls, index: int) -> Cell:
        """An architecture from its :attr:`index`.

        Raises:
            InvalidArchitecture: the index is not an integer from 0 to 32,767.
        """
        rest = index_below(SPACE_SIZE, index)
        return cls._of(
            tuple(
                rest // len(WIDTHS) ** place % len(WIDTHS) for place in reversed(range(NUM_LAYERS))
            )
        )

    @property
    def channels(self) -> tuple[int, ...]:
        """The channels of the 5 layers."""
        return tuple([WIDTHS[choice] for choice in self._word])

    @property
    def arch(self) -> list[int]:
        """The same as a list, as ``SssTrialConfig.arch`` is."""
        return list(self.channels)

    @property
    def arch_str(self) -> str:
        """The architecture string of the data set, such as ``8:8:8:16:32``."""
        return ":".join(map(str, self.channels))

    @property
    def index(self) -> int:
        """The architecture's index in the data set, 0 to 32,767; the last layer changes fastest.

        This order is that of ``meta_archs`` in the data files.
        """
        index = 0
        for choice in self._word:
            index = index * len(WIDTHS) + choice
        return index

    def trainable_parameters(self, num_classes: int = 10) -> int:
        """The trainable parameters of the data set's network of this size.

        Args:
            num_classes: 10 for CIFAR-10, 100 for CIFAR-100, 120 for ImageNet16-120.
        """
        return count_parameters(GENOTYPE_OPS, self.channels, num_classes)

    def flops(self, num_classes: int = 10, side: int = SIDE) -> int:
        """The multiply-adds of the data set's network of this size for an image, as recorded.

        Args:
            num_classes: 10 for CIFAR-10, 100 for CIFAR-100, 120 for ImageNet16-120.
            side: of an image, pixels: 32, and 16 for ImageNet16-120.
        """
        return count_flops(GENOTYPE_OPS, self.channels, num_classes, side)

    def draw(self) -> Drawing:
        """A picture of it: a bar for each layer, as high as the layer has channels."""
        from nasbench_db.natssss.drawing import draw

        return draw(self.channels)


def enumerate_cells() -> Iterator[Cell]:
    """All 32,768 architectures, in the order of their index."""
    return Cell._all()


def random_cell(rng: SupportsRandom | int | None = None) -> Cell:
    """An architecture drawn uniformly from all 32,768.

    Args:
        rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
    """
    return Cell._random(rng)


def _unknown_width(layer: int, given: object) -> str:
    return (
        f"layer {layer + 1} has {show(given)} channels; allowed are "
        f"{', '.join(map(str, WIDTHS[:-1]))} and {WIDTHS[-1]}"
    )
