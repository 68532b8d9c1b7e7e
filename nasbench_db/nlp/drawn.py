"""Recipes drawn at random, in the way of the original's generator.

Nodes are added one after another, each of whom takes what is there; an activation follows each
``linear`` node. What leads to no hidden state is left out, and a recipe that does not use all that
comes in, or hands a hidden state straight on, is thrown away: these are the rules of
fmsnew/nas-bench-nlp-release, ``search_space.py``. Its random numbers are others.
"""

from __future__ import annotations

from typing import Any

from nasbench_db.architectures.randomness import SupportsRandom, below
from nasbench_db.nlp.constants import GENERATED_NODES, MAX_HIDDEN, sources_of

_BASES = ("linear", "linear", "linear", "blend", "elementwise_prod", "elementwise_sum")
_INPUTS = {"blend": 3, "elementwise_prod": 2, "elementwise_sum": 2}
_ACTIVATIONS = ("activation_tanh", "activation_sigm", "activation_leaky_relu")


def random_recipe(source: SupportsRandom) -> dict[str, dict[str, Any]]:
    """A recipe.

    Args:
        source: of the random numbers.
    """
    while True:
        hidden = 1 + below(MAX_HIDDEN, source)
        count = GENERATED_NODES[below(len(GENERATED_NODES), source)]
        recipe = _used(_grown(hidden, count, source), hidden)
        taken = {one for node in recipe.values() for one in node["input"]}
        straight = any(
            one.startswith("h_prev_")
            for name, node in recipe.items()
            if name.startswith("h_new_")
            for one in node["input"]
        )
        if {*sources_of(hidden)} <= taken and not straight:
            return recipe


def _grown(hidden: int, count: int, source: SupportsRandom) -> dict[str, dict[str, Any]]:
    """A recipe of ``count`` inner nodes or one more, of which the last become hidden states."""
    names = sources_of(hidden)
    recipe: dict[str, dict[str, Any]] = {}

    def add(op: str, inputs: list[str]) -> None:
        name = f"node_{len(recipe)}"
        recipe[name] = {"op": op, "input": inputs}
        names.append(name)

    while len(recipe) < count + hidden:
        op = _BASES[below(len(_BASES), source)]
        wanted = _INPUTS.get(op) or (2 if source.random() < 0.8 else 3)
        rest, inputs = list(names), []
        for _ in range(min(wanted, len(rest))):
            inputs.append(rest.pop(below(len(rest), source)))
        if len(inputs) < wanted:
            continue
        add(op, inputs)
        if op == "linear":
            add(_ACTIVATIONS[below(len(_ACTIVATIONS), source)], [names[-1]])
    called = {name: f"h_new_{n}" for n, name in enumerate(list(recipe)[: -hidden - 1 : -1])}
    return {
        called.get(name, name): {
            "op": node["op"],
            "input": [called.get(one, one) for one in node["input"]],
        }
        for name, node in recipe.items()
    }


def _used(recipe: dict[str, dict[str, Any]], hidden: int) -> dict[str, dict[str, Any]]:
    """The nodes that lead to a hidden state."""
    needed = {f"h_new_{n}" for n in range(hidden)}
    for name in reversed(recipe):
        if name in needed:
            needed.update(recipe[name]["input"])
    return {name: node for name, node in recipe.items() if name in needed}
