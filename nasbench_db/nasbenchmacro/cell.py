"""An architecture of NAS-Bench-Macro as a value: what each of eight layers is.

It is written as eight digits, such as ``22212220`` (Su et al., "Prioritized Architecture Sampling
with Monto-Carlo Tree Search", 2021). An Identity behind the first place of its stage is nothing,
so codes that differ only in where it stands are the same network: :meth:`Cell.canonical`.

Inside, it is a word (:mod:`nasbench_db.architectures.words`) of those digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nasbench_db.architectures import words
from nasbench_db.architectures.inputs import as_int, show, told
from nasbench_db.architectures.modules import HasNetwork
from nasbench_db.architectures.randomness import SupportsRandom
from nasbench_db.errors import InvalidArchitecture
from nasbench_db.nasbenchmacro.constants import NUM_LAYERS, OPERATIONS, STAGES
from nasbench_db.nasbenchmacro.network import count_flops, count_parameters

if TYPE_CHECKING:
    import numpy as np

    from nasbench_db.architectures.drawing import Drawing

_KNOWN = ", ".join(f"{op} ({digit})" for digit, op in enumerate(OPERATIONS))
_DIGITS = {op: digit for digit, op in enumerate(OPERATIONS)}
_DIGITS |= {str(digit): digit for digit in _DIGITS.values()}
_FORM = "22212220"
_TEN_MILLION = 10 ** (NUM_LAYERS - 1)  # the least number of as many digits as a code


class Cell(HasNetwork, words.WordCell):
    """One architecture of NAS-Bench-Macro, immutable.

    Args:
        ops: of the 8 layers, each one of :data:`OPERATIONS` or its digit.

    Raises:
        InvalidArchitecture: this is no architecture of the search space; the message says why.
    """

    __slots__ = ()

    _benchmark = "nasbenchmacro"
    places = NUM_LAYERS
    choices = len(OPERATIONS)
    names = tuple(f"layer_{layer}" for layer in range(1, NUM_LAYERS + 1))
    options = tuple(OPERATIONS)

    def __init__(self, ops: Iterable[str | int] | np.ndarray) -> None:
        given = words.sequence("the operations", ops, NUM_LAYERS)
        self._word = tuple(
            [words.choice(f"layer {n}", op, _DIGITS, _KNOWN) for n, op in enumerate(given, 1)]
        )

    @classmethod
    def parse(cls, given: Any) -> Cell:
        """An architecture from whatever is one.

        Args:
            given: an architecture; its code, whatever blanks and quotes are around it, also as
                the number that a program makes of it; the 8 operations or their digits, or JSON
                of their list; an object with ``arch_str``.

        Raises:
            InvalidArchitecture: it is none of these, or outside the search space.
        """
        if isinstance(given, Cell):
            return given
        given = told(given)
        if isinstance(given, str):
            return cls.from_string(given)
        number = as_int(given)
        if number is not None and _TEN_MILLION <= number < 10 * _TEN_MILLION:
            return cls.from_string(str(number))
        if number is not None or isinstance(given, bytes) or not isinstance(given, Sequence):
            short = number is not None and 0 <= number < _TEN_MILLION
            hint = "; a number has lost the zeros that its code began with" if short else ""
            raise InvalidArchitecture(
                f"an architecture is a Cell, a code such as '{_FORM}', or a list of {NUM_LAYERS} "
                f"operations out of {_KNOWN}; not {show(given)}{hint}"
            )
        return cls(given)

    @classmethod
    def from_string(cls, arch_str: str) -> Cell:
        """An architecture from its code, such as ``22212220``.

        Raises:
            InvalidArchitecture: it is not 8 digits out of 0, 1 and 2.
        """
        if (
            not isinstance(arch_str, str)
            or len(arch_str) != NUM_LAYERS
            or not set(arch_str) <= set("012")
        ):
            raise InvalidArchitecture(
                f"the code of an architecture is a text of {NUM_LAYERS} digits, each of them "
                f"{_KNOWN}, such as '{_FORM}'; not {show(arch_str)}"
            )
        return cls._of(tuple(map(int, arch_str)))

    @property
    def ops(self) -> tuple[str, ...]:
        """The operations of the 8 layers."""
        return tuple([OPERATIONS[digit] for digit in self._word])

    @property
    def arch(self) -> list[str]:
        """The same as a list, as ``MacroTrialConfig.arch`` is."""
        return list(self.ops)

    @property
    def arch_str(self) -> str:
        """The code of the data set, such as ``22212220``."""
        return "".join(map(str, self._word))

    def canonical(self) -> Cell:
        """The architecture of the same network that the data set trained.

        In each stage the Identities that do nothing stand last.
        """
        word: list[int] = []
        for count in STAGES:
            first, *rest = self._word[len(word) : len(word) + count]
            word += [first, *sorted(rest, key=lambda digit: digit == 0)]
        return self._of(tuple(word))

    @property
    def is_canonical(self) -> bool:
        """Whether it was trained itself; all else in the data set are copies."""
        return self == self.canonical()

    def trainable_parameters(self, num_classes: int = 10) -> int:
        """The trainable parameters of the network, as published.

        Args:
            num_classes: 10 for CIFAR-10.
        """
        return count_parameters(self.ops, num_classes)

    def flops(self, num_classes: int = 10) -> int:
        """The multiply-adds of the network for an image of 32 x 32 pixels, as published.

        Args:
            num_classes: 10 for CIFAR-10.
        """
        return count_flops(self.ops, num_classes)

    def draw(self) -> Drawing:
        """A picture of it: a box for each layer, stage by stage."""
        from nasbench_db.nasbenchmacro.drawing import draw

        return draw(self.arch_str, self.ops)


def enumerate_cells() -> Iterator[Cell]:
    """All 6,561 architectures, in the order of their codes."""
    return Cell._all()


def random_cell(rng: SupportsRandom | int | None = None) -> Cell:
    """An architecture drawn uniformly from all 6,561; networks with copies come more often.

    Args:
        rng: a ``random.Random`` or ``numpy.random.Generator``, or a seed.
    """
    return Cell._random(rng)
