"""What the networks of all benchmarks have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from nasbench_db.errors import InvalidQuery, WrongWeights
from nasbench_db.networks import counting
from nasbench_db.networks.weights import weights_of
from nasbench_db.networks.words import Size

if TYPE_CHECKING:
    from nasbench_db.store.database import BenchmarkDatabase


class Network(nn.Module):
    """The network of an architecture; each skeleton is one of its subclasses.

    Args:
        cell: the architecture.
        benchmark: whose it is.
        image_size: of the images that it takes; None for any.
        tiles: how many images of that size there are in one example; 0 where it is one image
            without a dimension of its own.
        counts_bias: whether the original counts the bias of the dense layer among the FLOPs.
    """

    def __init__(
        self,
        cell: Any,
        benchmark: str,
        image_size: Size | None,
        *,
        tiles: int = 0,
        counts_bias: bool = False,
    ) -> None:
        super().__init__()
        self.cell = cell
        self.benchmark = benchmark
        self.image_size = (image_size, image_size) if isinstance(image_size, int) else image_size
        self.tiles = tiles
        self.counts_bias = counts_bias

    def image_shape(self, image_size: Size | None = None) -> tuple[int, ...]:
        """The shape of one example, without the dimension of the batch.

        Args:
            image_size: for a network that takes images of any size.

        Raises:
            InvalidQuery: it takes any, and none is said.
        """
        size = self.image_size if image_size is None else image_size
        if size is None:
            raise InvalidQuery("this network takes images of any size: say image_size=32, or 16")
        sides = (size, size) if isinstance(size, int) else size
        return (*((self.tiles,) if self.tiles else ()), 3, *sides)

    def forward(self, images: torch.Tensor) -> Any:
        """What the original's network gives for a batch of images; see each skeleton.

        Raises:
            InvalidQuery: the images have another shape than the network is for.
        """
        self._check(images)
        return self.compute(images)

    def compute(self, images: torch.Tensor) -> Any:
        """The same, of images whose shape was checked."""
        raise NotImplementedError

    def logits(self, images: torch.Tensor) -> torch.Tensor:
        """The logits alone, whatever else :meth:`forward` gives."""
        given = self(images)
        logits: torch.Tensor = given[-1] if isinstance(given, tuple) else given
        return logits

    def _check(self, images: torch.Tensor) -> None:
        height, width = self.image_size or ("H", "W")
        tiles = (self.tiles,) if self.tiles else ()
        expected = ("N", *tiles, 3, height, width)
        given = tuple(images.shape) if isinstance(images, torch.Tensor) else None
        if (
            given is None
            or len(given) != len(expected)
            or any(
                isinstance(wanted, int) and wanted != side
                for wanted, side in zip(expected, given, strict=True)
            )
        ):
            shape = f"a tensor of the shape {given}" if given else f"a {type(images).__name__}"
            raise InvalidQuery(
                f"the network of {self.cell!r} takes "
                f"images as a tensor of the shape ({', '.join(map(str, expected))}), and was "
                f"given {shape}; build(..., image_size=) makes it for another size"
            )

    @property
    def num_parameters(self) -> int:
        """The trainable parameters, as the benchmark records them."""
        return counting.count_parameters(self)

    def flops(self, image_size: Size | None = None) -> int:
        """The multiply-adds for one image, as the benchmark counts its FLOPs.

        Args:
            image_size: by default that of the images that the network takes.
        """
        return counting.count_flops(self, self.image_shape(image_size), self.counts_bias)

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> Any:
        """Take weights, also from numpy arrays; as of ``torch.nn.Module``.

        Args:
            state_dict: tensors or arrays by name, such as ``get_net_param`` of a drop-in gives.
            strict: refuse weights that lack a tensor or have another one.
            assign: keep the given tensors instead of copying their values.

        Raises:
            WrongWeights: they are of another network; the message names the first tensor that
                differs.
        """
        if not isinstance(state_dict, Mapping):
            raise WrongWeights(
                f"the weights are a {type(state_dict).__name__}; they must be a dict from names "
                "to tensors or arrays"
            )
        tensors = {
            name: value
            if isinstance(value, torch.Tensor)
            else torch.from_numpy(np.array(value))  # a copy: what is read of a file may be fixed
            for name, value in state_dict.items()
        }
        if strict:
            self._refuse_other_weights(tensors)
        return super().load_state_dict(tensors, strict, assign)

    def _refuse_other_weights(self, tensors: Mapping[str, torch.Tensor]) -> None:
        own = self.state_dict()
        for name, tensor in own.items():
            if name not in tensors:
                difference = "is not among them"
            elif tensors[name].shape != tensor.shape:
                difference = (
                    f"has the shape {tuple(tensors[name].shape)} in them and "
                    f"{tuple(tensor.shape)} in the network"
                )
            else:
                continue
            break
        else:
            further = next((name for name in tensors if name not in own), None)
            if further is None:
                return
            name, difference = further, "is not in the network"
        raise WrongWeights(
            f"these are the weights of another network than that of {self.cell!r}: {name} is the "
            f"first tensor that differs; it {difference}"
        )

    def load(
        self,
        db: BenchmarkDatabase,
        arch: Any,
        dataset: str,
        seed: int | None = None,
        *,
        num_epochs: int | None = None,
    ) -> Network:
        """Take the trained weights of an architecture from a database that has them.

        Args:
            db: a handle on a database of NAS-Bench-201 or of NATS-Bench's size search space.
            arch: the architecture, mostly this network's own.
            dataset: what it was trained on.
            seed: of the training; None where there is only one with weights.
            num_epochs: of the training; by default the longest with weights.

        Returns:
            the network itself.

        Raises:
            InvalidArchitecture: it is no architecture of the benchmark.
            InvalidQuery: the database has no such weights.
            WrongWeights: they are of another network.
        """
        found = weights_of(db, arch, dataset, seed, num_epochs)
        self.load_state_dict(found.tensors)
        return self
