"""What type checkers are told of the dicts is what the dicts have."""

from pathlib import Path
from typing import Any, get_type_hints

import pytest
from support.scopes import SCOPES

import nasbench_db
from nasbench_db import nasbench101, nasbench201, nasbenchmacro, natssss, nds, nlp, transnas101

KINDS: dict[str, tuple[Any, Any, Any, Any]] = {
    "nasbench101": (
        nasbench101.query_nb101_trial_stats,
        nasbench101.Nb101Config,
        nasbench101.Nb101Trial,
        nasbench101.Nb101Intermediate,
    ),
    "nasbench201": (
        nasbench201.query_nb201_trial_stats,
        nasbench201.Nb201Config,
        nasbench201.Nb201Trial,
        nasbench201.Nb201Intermediate,
    ),
    "natssss": (
        natssss.query_natssss_trial_stats,
        natssss.NatsSssConfig,
        natssss.NatsSssTrial,
        natssss.NatsSssIntermediate,
    ),
    "transnas101": (
        transnas101.query_tnb101_trial_stats,
        transnas101.Tnb101Config,
        transnas101.Tnb101Trial,
        transnas101.Tnb101Intermediate,
    ),
    "nasbenchmacro": (
        nasbenchmacro.query_macro_trial_stats,
        nasbenchmacro.MacroConfig,
        nasbenchmacro.MacroTrial,
        None,
    ),
    "nlp": (nlp.query_nlp_trial_stats, nlp.NlpConfig, nlp.NlpTrial, nlp.NlpIntermediate),
    "nds": (
        nds.query_nds_trial_stats,
        nds.NdsConfig,
        nds.NdsTrial,
        nds.NdsIntermediate,
    ),
}


def fits(given: Any, kind: Any) -> None:
    """Every key is told, and every value is of its type."""
    hints = get_type_hints(kind)
    assert set(given) <= set(hints), kind
    for key, value in given.items():
        hint = hints[key]
        if hint in (int, str, float):
            assert isinstance(value, hint), (key, value)
        elif value is None:
            assert hint is Any or type(None) in getattr(hint, "__args__", ()), key


@pytest.mark.parametrize("name", KINDS)
def test_dicts_are_what_their_types_say(name: str, explored: dict[str, Path]) -> None:
    query, config, trial, point = KINDS[name]
    with nasbench_db.connect(name, explored[name]):
        # What NNI's function asks for by position.
        asks = ("proposer", "generator", "model_spec", "cell_spec") if name == "nds" else ()
        scope = {**dict.fromkeys(asks), **SCOPES[name]}
        points = {} if point is None else {"include_intermediates": True}
        asked: list[dict[str, Any]] = [{}, {"reduction": "mean"}]
        if name == "transnas101":
            asked.append({"best": "valid_top1"})
        told = set()
        for how in asked:
            row = next(query(None, **scope, **points, **how).all_columns())
            fits(row, trial)
            fits(row["config"], config)
            if point is not None:
                fits(row["intermediates"][0], point)
            told |= set(row)
        assert told == set(get_type_hints(trial))
