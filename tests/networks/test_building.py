"""Networks are built, run, trained, exported; and what cannot be is refused with what can."""

from __future__ import annotations

import copy
import random
from collections import namedtuple
from typing import Any

import pytest
from support.raw import whole

import nasbench_db
from nasbench_db import nasbench101, nasbench201, natssss
from nasbench_db.errors import (
    InvalidArchitecture,
    InvalidQuery,
    UnknownBenchmark,
    WrongWeights,
)
from nasbench_db.nasbench201.api import NASBench201API
from nasbench_db.nasbench201.synthetic import topology_record
from nasbench_db.natssss.constants import GENOTYPE
from nasbench_db.networks import build, get_cell_based_tiny_net

torch = pytest.importorskip("torch", reason="the extra torch is not installed")

CHAIN = "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|none~0|none~1|avg_pool_3x3~2|"
NOTHING = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
OF_101 = nasbench101.Cell(
    [[0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1], [0] * 4],
    ["input", "conv3x3-bn-relu", "maxpool3x3", "output"],
)
EXAMPLES: list[tuple[Any, str, dict[str, Any], int]] = [
    (OF_101, "nasbench101", {"image_size": 8}, 10),
    (CHAIN, "nasbench201", {"dataset": "ImageNet16-120"}, 120),
    ("8:16:24:16:8", "natssss", {"dataset": "cifar100"}, 100),
    ("02012100", "nasbenchmacro", {}, 10),
    ("64-41414-1_02_130", "transnas101", {"task": "class_object", "image_size": 32}, 75),
    ("64-1234-basic", "transnas101", {"task": "jigsaw", "image_size": 16}, 1000),
]


@pytest.mark.parametrize(("arch", "benchmark", "options", "classes"), EXAMPLES)
def test_the_same_seed_gives_the_same_logits(
    arch: Any, benchmark: str, options: dict[str, Any], classes: int
) -> None:
    """Whatever torch's own generator does, which is left as it was."""
    before = torch.get_rng_state()
    first, second = (build(arch, benchmark, seed=3, **options).eval() for _ in range(2))
    other = build(arch, benchmark, seed=4, **options).eval()
    assert torch.equal(torch.get_rng_state(), before)
    images = torch.randn(2, *first.image_shape(), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        logits = first.logits(images)
        assert logits.shape == (2, classes)
        assert torch.equal(second.logits(images), logits)
        assert not torch.equal(other.logits(images), logits)
        assert torch.equal(first.logits(images[:1]), logits[:1]) or torch.allclose(
            first.logits(images[:1]), logits[:1], atol=1e-4
        )


def test_a_cell_builds_its_own_network() -> None:
    cell = nasbench201.Cell.from_string(CHAIN)
    network = cell.network(dataset="cifar100", seed=0)
    assert network.cell == cell
    features, logits = network(torch.zeros(1, 3, 32, 32))
    assert (features.shape, logits.shape) == ((1, 64), (1, 100))
    assert natssss.Cell([8, 16, 24, 32, 40]).network().cells[2].layers[3].conv.weight.shape == (
        (24, 16, 1, 1)
    )


def test_other_depths_and_widths_and_classes() -> None:
    cell = nasbench201.Cell.from_string(CHAIN)
    small = cell.network(channels=4, cells=1, num_classes=3, image_size=(16, 8))
    assert small(torch.zeros(2, 3, 16, 8))[1].shape == (2, 3)
    assert len(small.cells) == 5


def test_a_disconnected_cell_is_a_network_with_constant_logits() -> None:
    """As there: zeros reach the last normalisation. Infinities pass through a zero as NaN."""
    network = build(NOTHING, "nasbench201", seed=0).eval()
    with torch.no_grad():
        _, logits = network(torch.randn(3, 3, 32, 32))
        assert torch.equal(logits[0], logits[1])
        assert torch.equal(logits[0], logits[2])
        assert network(torch.full((1, 3, 32, 32), float("inf")))[1].isnan().all()


def test_a_cell_of_nasbench101_with_one_edge_is_its_projection() -> None:
    cell = nasbench101.Cell([[0, 1], [0, 0]], ["input", "output"])
    network = cell.network(image_size=4, seed=0)
    assert network.num_parameters == cell.trainable_parameters
    assert network(torch.zeros(2, 3, 4, 4)).shape == (2, 10)


def test_what_the_drop_ins_give_builds_a_network(strings: list[str]) -> None:
    """The topology space's, as a dict or with attributes, and the size space's."""
    record = topology_record(123)
    api = NASBench201API(whole({123: record}, strings), verbose=False)
    config = api.get_net_config(123, "cifar10")
    network = get_cell_based_tiny_net(config)
    assert network.num_parameters == nasbench201.Cell.from_index(123).trainable_parameters()
    features, logits = network(torch.zeros(2, 3, 16, 16))  # of any size
    assert (features.shape, logits.shape) == ((2, 64), (2, 10))
    kind = namedtuple("kind", config)  # type: ignore[misc]
    assert get_cell_based_tiny_net(kind(**config)).num_parameters == network.num_parameters
    sizes = {
        "name": "infer.shape.tiny",
        "channels": "8:8:16:8:8",
        "genotype": GENOTYPE,
        "num_classes": 100,
    }
    expected = natssss.Cell.from_string("8:8:16:8:8").trainable_parameters(100)
    assert get_cell_based_tiny_net(sizes).num_parameters == expected
    with pytest.raises(InvalidQuery, match=r"called 'infer\.big'"):
        get_cell_based_tiny_net({**sizes, "name": "infer.big"})
    with pytest.raises(InvalidQuery, match="lacks 'genotype'"):
        get_cell_based_tiny_net({"name": "infer.shape.tiny", "channels": "8:8:8:8:8"})


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (("|none~0|", "nasbench201"), {}, InvalidArchitecture, "has 1 nodes"),
        ((CHAIN, "nasbench202"), {}, UnknownBenchmark, "no benchmark 'nasbench202'"),
        (({}, "nlp"), {}, InvalidQuery, "networks of nlp cannot be built; there are those of"),
        ((CHAIN, "nasbench201"), {"dataset": "svhn"}, InvalidQuery, "cifar100"),
        ((CHAIN, "nasbench201"), {"seed": "x"}, InvalidQuery, "seed is 'x'"),
        ((CHAIN, "nasbench201"), {"task": "jigsaw"}, InvalidQuery, "called 'task'; there are"),
        ((CHAIN, "nasbench201"), {"num_classes": 0}, InvalidQuery, "num_classes is 0"),
        ((CHAIN, "nasbench201"), {"image_size": (1, 2, 3)}, InvalidQuery, "height and width"),
        (("64-1234-basic", "transnas101"), {"task": "normal"}, InvalidQuery, "called 'normal'"),
        (("64-1234-basic", "transnas101"), {"num_classes": 3}, InvalidQuery, "say task="),
    ],
)
def test_what_cannot_be_built_is_refused(
    arguments: Any, options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        build(*arguments, **options)


@pytest.mark.parametrize(
    "images",
    [torch.zeros(1, 3, 64, 64), torch.zeros(1, 1, 32, 32), torch.zeros(3, 32, 32), [[1.0]], None],
    ids=["size", "channels", "no batch", "list", "nothing"],
)
def test_images_of_another_shape_are_refused(images: Any) -> None:
    network = build(CHAIN, "nasbench201")
    with pytest.raises(InvalidQuery, match=r"of the shape \(N, 3, 32, 32\), and was given"):
        network(images)


def test_an_encoder_alone_has_no_logits() -> None:
    network = build("64-41414-0_00_000", "transnas101", image_size=32)
    assert network(torch.zeros(1, 3, 32, 32)).shape == (1, 512, 1, 1)
    with pytest.raises(InvalidQuery, match="task= one of class_object"):
        network.logits(torch.zeros(1, 3, 32, 32))


def test_a_short_training_lowers_the_loss() -> None:
    network = build(CHAIN, "nasbench201", seed=0, channels=8, cells=1)
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(16, 3, 32, 32, generator=generator)
    labels = torch.randint(10, (16,), generator=generator)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    losses = []
    for _ in range(12):
        loss = torch.nn.functional.cross_entropy(network.logits(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


def test_it_is_exported() -> None:
    network = build(CHAIN, "nasbench201", seed=0, channels=4, cells=1).eval()
    images = torch.randn(2, 3, 32, 32)
    exported = torch.export.export(network, (images,)).module()
    with torch.no_grad():
        assert torch.allclose(exported(images)[1], network(images)[1], atol=1e-6)


def test_counting_leaves_a_network_as_it_was() -> None:
    network = build("02012100", "nasbenchmacro", seed=0)
    network.stem.eval()
    before = copy.deepcopy(network.state_dict())
    network.flops()
    assert network.training
    assert not network.stem.training
    for name, values in network.state_dict().items():
        assert torch.equal(values, before[name])


def test_weights_of_another_network_are_refused_by_the_first_tensor_that_differs() -> None:
    network = build(CHAIN, "nasbench201")
    right = network.state_dict()
    other = build(CHAIN.replace("1x1", "3x3"), "nasbench201").state_dict()
    with pytest.raises(
        WrongWeights,
        match=r"cells\.0\.layers\.2\.op\.1\.weight is the first .*"
        r"shape \(16, 16, 3, 3\) in them and \(16, 16, 1, 1\) in the network",
    ):
        network.load_state_dict(other)
    lacking = {name: values for name, values in right.items() if name != "lastact.0.bias"}
    with pytest.raises(WrongWeights, match=r"lastact\.0\.bias .* is not among them"):
        network.load_state_dict(lacking)
    with pytest.raises(WrongWeights, match=r"further .* is not in the network"):
        network.load_state_dict({**right, "further": torch.zeros(1)})
    with pytest.raises(WrongWeights, match="the weights are a NoneType"):
        network.load_state_dict(None)  # type: ignore[arg-type]
    assert network.load_state_dict(lacking, strict=False).missing_keys == ["lastact.0.bias"]
    assert network.load_state_dict({n: v.numpy() for n, v in right.items()}).missing_keys == []


def test_names_of_weights_are_those_of_the_published_archives() -> None:
    """As found on the original's classes; and as many tensors and numbers."""
    state = nasbench201.Cell.from_index(0).network().state_dict()
    assert (len(state), sum(values.numel() for values in state.values())) == (219, 132_126)
    names = set(state)
    assert names >= {
        "stem.0.weight",
        "stem.1.num_batches_tracked",
        "cells.5.conv_a.op.1.weight",
        "cells.11.conv_b.op.2.running_var",
        "cells.5.downsample.1.weight",
        "cells.16.layers.1.op.1.weight",
        "lastact.0.running_mean",
        "classifier.bias",
    }
    assert "cells.5.downsample.0.weight" not in names
    macro = set(build("01200000", "nasbenchmacro").state_dict())
    assert macro >= {
        "features.0.downsample.0.weight",
        "features.1.conv.7.bias",
        "features.2.conv.3.weight",
        "out.0.weight",
        "classifier.weight",
    }
    transnas = set(build("64-41414-1_23_011", "transnas101", task="jigsaw").state_dict())
    assert transnas >= {
        "encoder.stem.2.ops.1.weight",
        "encoder.layer0.0.edges.0.convs.1.weight",
        "encoder.layer0.0.edges.1.ops.2.bias",
        "decoder.fc.weight",
    }
    basic = set(build("64-1234-basic", "transnas101").state_dict())
    assert basic >= {"encoder.layer1.0.conv_a.ops.1.weight", "encoder.layer1.0.downsample.1.bias"}
    assert "encoder.layer0.0.downsample.0.weight" not in basic


def test_weights_of_nasbench101_are_drawn_as_there() -> None:
    """A variance of one over the inputs, cut off at two deviations; biases are 0."""
    network = OF_101.network(seed=0)
    weight = network.stacks[2][1].operations["1"][0].weight
    inputs = weight[0].numel()
    assert weight.var().item() * inputs == pytest.approx(1.0, rel=0.02)
    assert weight.abs().max().item() <= 2 / 0.87962566 * inputs**-0.5 + 1e-6
    assert not network.classifier.bias.any()
    normalisation = network.stem[1]
    assert (normalisation.eps, normalisation.momentum) == (1e-5, pytest.approx(0.003))


def test_random_cells_of_all_benchmarks_run() -> None:
    rng = random.Random(0)
    for benchmark in ("nasbench201", "natssss", "nasbenchmacro"):
        module = getattr(nasbench_db, benchmark)
        network = build(module.random_cell(rng), benchmark, image_size=16)
        assert network.logits(torch.zeros(2, 3, 16, 16)).shape == (2, 10)
