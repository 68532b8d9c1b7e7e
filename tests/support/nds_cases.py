"""Networks and jobs of NDS that its tests are about."""

from typing import Any

from nasbench_db.nds.synthetic import made_up

EPOCHS = {"cifar10": 5, "imagenet": 3}

# The networks that NNI's documentation prints (microsoft/nni 3.0,
# docs/source/tutorials/nasbench_as_dataset.rst), with their parameters and FLOPs.
BOTTLENECK = {
    "bot_muls": [0.0, 0.25, 0.25, 0.25],
    "ds": [1, 16, 1, 4],
    "num_gs": [1, 2, 1, 2],
    "ss": [1, 1, 2, 2],
    "ws": [16, 64, 128, 16],
}
BASIC = {"ds": [1, 12, 12, 12], "ss": [1, 1, 2, 2], "ws": [16, 24, 24, 40]}
PLAIN = {"ds": [1, 12, 12, 12], "ss": [1, 1, 2, 2], "ws": [16, 24, 32, 40]}
CELLS = {
    "num_nodes_normal": 5,
    "num_nodes_reduce": 5,
    "depth": 12,
    "width": 32,
    "aux": False,
    "drop_prob": 0.0,
}


def _cell(name: str, edges: str, concat: list[int]) -> dict[str, Any]:
    spec: dict[str, Any] = {f"{name}_concat": concat}
    for number, edge in enumerate(edges.split()):
        op, source = edge.split(":")
        spec[f"{name}_{number // 2}_op_{'xy'[number % 2]}"] = op
        spec[f"{name}_{number // 2}_input_{'xy'[number % 2]}"] = int(source)
    return spec


CELL_SPEC = {
    **_cell(
        "normal",
        "avg_pool_3x3:0 conv_7x1_1x7:1 sep_conv_3x3:2 sep_conv_5x5:0 dil_sep_conv_3x3:2 "
        "dil_sep_conv_3x3:2 skip_connect:4 dil_sep_conv_3x3:4 conv_7x1_1x7:2 sep_conv_3x3:4",
        [3, 5, 6],
    ),
    **_cell(
        "reduce",
        "avg_pool_3x3:0 dil_sep_conv_3x3:1 sep_conv_3x3:0 sep_conv_3x3:0 skip_connect:2 "
        "sep_conv_7x7:0 conv_7x1_1x7:4 skip_connect:4 conv_7x1_1x7:0 conv_7x1_1x7:5",
        [3, 6],
    ),
}
PRINTED: list[tuple[str, dict[str, Any], dict[str, Any], int, int | None]] = [
    ("residual_bottleneck", BOTTLENECK, {}, 83_002, 69_890_986),
    ("residual_basic", BASIC, {}, 594_138, 184_519_578),
    ("vanilla", PLAIN, {}, 689_770, 208_363_930),
    ("nas_cell", CELLS, CELL_SPEC, 4_190_314, None),
]


def one_job(**changes: Any) -> dict[str, Any]:
    """A job of a file as the original writes it, with some items changed."""
    (job,) = made_up({"Vanilla.json": 1}, epochs=EPOCHS)["Vanilla.json"]
    return {**job, **changes}
