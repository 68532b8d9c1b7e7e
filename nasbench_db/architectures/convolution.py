"""A convolution of a network whose parameters and multiply-adds are counted layer by layer."""

from __future__ import annotations

from typing import NamedTuple


class Convolution(NamedTuple):
    """A convolution without a bias, and mostly with a batch normalisation after it.

    Attributes:
        inputs, outputs: its channels.
        size: of its kernel.
        side: of what comes out of it.
        groups: of its channels; as many as there are make it depthwise.
        normalised: whether a batch normalisation follows.
    """

    inputs: int
    outputs: int
    size: int
    side: int
    groups: int = 1
    normalised: bool = True

    @property
    def weights(self) -> int:
        """Its weights, which are also the multiply-adds for one place of what comes out."""
        return self.inputs * self.outputs * self.size**2 // self.groups

    @property
    def parameters(self) -> int:
        """Its weights, and two of each normalised channel."""
        return self.weights + 2 * self.outputs * self.normalised

    @property
    def multiply_adds(self) -> int:
        """Those for one image."""
        return self.weights * self.side**2
