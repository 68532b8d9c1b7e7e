"""Show that NNI 3.0's own schema and query code reads our databases, and answers as ours does.

NNI's ``query_nb101_trial_stats``, ``query_nb201_trial_stats``, ``query_nds_trial_stats`` and
``query_nlp_trial_stats``, and
its models, run in an environment of their own on our databases; ours run in this one. Both are
asked the same, over a grid of arguments, and their dicts are compared key by key: values must be
equal to the last bit and of the same type. What is expected to differ, and why, is listed in
``EXPECTED``.

::

    python scripts/compare_nni.py
    python scripts/compare_nni.py --nasbench101 nasbench101.db --environment /tmp/nni

Without databases small ones are built from made-up files, and that of NAS-Bench-NLP from the real
numbers of the package. Without a folder for it the environment
is made in a temporary one: NNI's package has 56 MB, and what its benchmarks need with it is
peewee 3, numpy and tqdm. PyTorch is not needed, since the packages' own ``__init__`` modules,
which import it, are left out; the files with the schemas and queries run as they are.
"""

from __future__ import annotations

import argparse
import collections
import functools
import hashlib
import importlib.util
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import types
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

NNI = "nni==3.0"
NEEDED = ("peewee>=3.17,<4", "numpy", "tqdm")

NAMES = {"nasbench101": "nb101", "nasbench201": "nb201", "nds": "nds", "nlp": "nlp"}
"""How the tables, and with a capital the models, of a benchmark begin."""


class Columns(NamedTuple):
    """Columns of a benchmark's models to ask about.

    Attributes:
        arch: what tells an architecture.
        choice: what configs are told apart by besides.
        metric: a metric of trials.
        at_point: one of intermediates.
    """

    arch: str = "arch"
    choice: str = "num_epochs"
    metric: str = "train_acc"
    at_point: str = "train_acc"


COLUMNS = {
    "nds": Columns(arch="model_spec", metric="final_train_acc"),
    "nlp": Columns(choice="dataset", metric="train_loss", at_point="train_loss"),
}

REDUCTIONS = (None, "none", "mean", "median", "nonsense")
ALL_ROWS = 5000  # more than these are not asked for at once

EXPECTED = (
    # Which question, what in its answer, what NNI says, what ours says (regular expressions), why.
    (
        r"reduction='median'",
        r"answer",
        r"raises ValueError",
        r"[\d,]+ rows",
        "NNI reduces by the mean only",
    ),
    (
        r"dangling .*isomorphism=True",
        r"answer",
        r"0 rows",
        r"[\d,]+ rows",
        "NNI hashes a cell as given: one with a vertex that leads nowhere finds nothing there",
    ),
    (
        r"outside the space",
        r"answer",
        r"0 rows|raises (KeyError|IndexError|AssertionError)",
        r"raises InvalidArchitecture",
        "an architecture outside the space: ours says what is wrong with it",
    ),
    (
        r"dataset='mnist'",
        r"answer",
        r"0 rows",
        r"raises InvalidQuery",
        "a data set that does not exist: ours says so",
    ),
    (
        r"reduction='mean'",
        r"num_trials",
        r"absent",
        r"\d+",
        "ours says over how many trials a mean is",
    ),
    (r"reduction='mean'", r"id|seed", r"null", r"absent", "a mean is no trial and has no number"),
    (
        r"reduction='mean' include_intermediates=True",
        r"intermediates",
        r"\[\]",
        r"list of \d+",
        "NNI has no intermediates of a mean; ours are reduced likewise",
    ),
    (
        r"nlp all dataset=None",
        r"answer",
        r"raises TypeError",
        r"[\d,]+ rows",
        "NNI fails when neither an architecture nor a data set is given",
    ),
    (
        r"nlp .*reduction='mean'",
        r"answer",
        r"1 rows",
        r"[\d,]+ rows|raises (InvalidQuery|InvalidArchitecture)",
        "NNI gives one row for a mean, whatever it is over, also of nothing",
    ),
    (
        r"nlp renamed",
        r"answer",
        r"[\d,]+ rows",
        r"[\d,]+ rows",
        "NNI finds a recipe as it is written only; ours finds all recipes of its cell",
    ),
    (
        r"nlp",
        r"config\.(hash|num_epochs|num_nodes|num_hidden|settings)|best_epoch|parameters|further|"
        r"trained_epochs|status|recipe_id|experiment_id|init_time|sets|"
        r"\w+_at_best|\w+_perplexity|(intermediates\.)?epoch_training_time",
        r"absent",
        r".",
        "columns that NNI's models do not have",
    ),
    (
        r"nds loose",
        r"answer",
        r"0 rows",
        r"[\d,]+ rows",
        "NNI compares the texts of specs: 0 is not 0.0 there, and False not 0",
    ),
    (
        r"nds",
        r"config\.(arch|arch_hash)|min_test_top1|prec_time|act_mem|exp_mem",
        r"absent",
        r".",
        "columns that NNI's models do not have",
    ),
    (
        r"nasbench201",
        r"(intermediates\.)?(config\.(arch_index|arch_str|isomorphism)|train_acc5|latencies|"
        r"epoch_training_time|time_source|splits|source|training_time|\w+_evaluation_time)",
        r"absent",
        r".",
        "columns that NNI's models do not have",
    ),
)

REPEATED = {
    ("cifar10", "valid"),
    ("cifar10", "test"),
    ("cifar10-valid", "test"),
}
"""Splits that do not exist: there NNI's own file repeats the values of ori_test."""


class Question(NamedTuple):
    """A call of the query function of a benchmark.

    Attributes:
        benchmark: its name.
        about: what kind of architecture is asked for.
        arch: it, as NNI's dict, or None for all; of NDS the family of networks.
        arguments: the other arguments, by name.
    """

    benchmark: str
    about: str
    arch: Any
    arguments: dict[str, Any]

    def __str__(self) -> str:
        shown = " ".join(f"{name}={value!r}" for name, value in self.arguments.items())
        return f"{self.benchmark} {self.about} {shown}"


Answer = dict[str, Any]
"""``{"rows": [dict, ...]}`` or ``{"raises": [names of an exception's classes]}``."""


def answer(query: Callable[..., Any], question: Question) -> Answer:
    """What a query function answers, or which exception it raises."""
    try:
        return {"rows": list(query(question.arch, **question.arguments))}
    except Exception as error:
        return {"raises": [kind.__name__ for kind in type(error).__mro__]}


# The part that runs where NNI is.


def answer_with_nni(file: Path) -> None:
    """Print NNI's answers, one in a line, to what a file asks."""
    given = json.loads(file.read_text(encoding="utf-8"))
    without_torch()
    from nni.nas.benchmark import constants  # type: ignore[import-not-found]
    from playhouse.sqlite_ext import SqliteExtDatabase

    # A file of ours has another SHA-256 than NNI's, whose first digits are in the file's name.
    for benchmark, name in given["files"].items():
        if benchmark in constants.DB_URLS:
            constants.DB_URLS[benchmark] = name
    queries, models, proxies = {}, {}, {}
    for benchmark in given["files"]:  # that of NAS-Bench-NLP opens its file when it is imported
        short = NAMES[benchmark]
        module = importlib.import_module(f"nni.nas.benchmark.{benchmark}")
        queries[benchmark] = getattr(module, f"query_{short}_trial_stats")
        models[benchmark] = models_of(module, short)
        schema = importlib.import_module(f"{module.__name__}.schema")
        if hasattr(schema, "proxy"):
            proxies[benchmark] = schema.proxy
    for asked in given["questions"]:
        question = Question(*asked)
        print(json.dumps(answer(queries[question.benchmark], question)))
    for benchmark, name in given["files"].items():
        print(json.dumps(ask_models(benchmark, *models[benchmark])))
        # Without the check of the hash, which reads the whole file: a database of one's own.
        path = os.path.join(constants.DATABASE_DIR, name)
        if benchmark in proxies:
            proxies[benchmark].initialize(SqliteExtDatabase(path))
        print(json.dumps(ask_models(benchmark, *models[benchmark])))


def without_torch() -> None:
    """Let NNI's packages be imported without their ``__init__`` modules, which import PyTorch."""
    found = importlib.util.find_spec("nni")
    if found is None or not found.submodule_search_locations:
        sys.exit("there is no NNI in this environment")
    root = Path(found.submodule_search_locations[0])
    for name in ("nni", "nni.common", "nni.nas", "nni.nas.benchmark"):
        package = types.ModuleType(name)
        package.__path__ = [str(root.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package


# What is asked on both sides.


def models_of(module: Any, short: str) -> list[Any]:
    """The models of configs, trials and intermediates."""
    kinds = ("TrialConfig", "TrialStats", "IntermediateStats")
    return [getattr(module, short.capitalize() + kind) for kind in kinds]


def columns_of(config: Any) -> Columns:
    """The columns to ask about of a benchmark, by its model of configs."""
    short = config._meta.table_name.removesuffix("trialconfig")
    return COLUMNS.get(short, Columns())


def a_part(config: Any) -> tuple[str, str]:
    """An operation of the last architecture, or of the first of NDS: its key, and what it is."""
    name = columns_of(config).arch
    order = config.id if name == "model_spec" else config.id.desc()
    arch = getattr(config.select().order_by(order).get(), name)
    key = max(arch)
    return key, arch[key]


def ask_models(benchmark: str, config: Any, trial: Any, intermediate: Any) -> dict[str, Any]:
    """What programs do with the models: count, iterate, join, look up, follow references."""
    from peewee import fn

    columns = columns_of(config)
    told, choice = getattr(config, columns.arch), getattr(config, columns.choice)
    measured, at_point = getattr(trial, columns.metric), getattr(intermediate, columns.at_point)
    first = trial.select().order_by(trial.id).get()
    arch, chosen = getattr(first.config, columns.arch), getattr(first.config, choice.name)
    point = first.intermediates.order_by(intermediate.current_epoch).get()
    joined = trial.select(trial, config).join(config).order_by(trial.id.desc()).limit(100)
    found = config.get((told == arch) & (choice == chosen))
    of_first = intermediate.select().where(intermediate.trial == first)
    key, value = a_part(config)
    by_part = (told[key] == value) & (config.id <= ALL_ROWS)
    return {
        "part": sorted(row.id for row in config.select().where(by_part)),
        "count": [model.select().count() for model in (config, trial, intermediate)],
        "config": [first.config.id, arch, chosen],
        "join": [
            [row.id, row.config.id, getattr(row.config, told.name), getattr(row, measured.name)]
            for row in joined
        ],
        "intermediates": [
            [p.id, p.current_epoch, getattr(p, at_point.name)] for p in first.intermediates
        ],
        "intermediates.count()": first.intermediates.count(),
        "trial_stats": sorted(row.id for row in first.config.trial_stats),
        "get": [getattr(found, told.name), chosen, found.trial_stats.count() > 0],
        "get by id": [
            getattr(config.get_by_id(first.config.id), told.name),
            getattr(trial.get_by_id(first.id), measured.name),
            intermediate.get(intermediate.id == point.id).current_epoch,
        ],
        "trial": [p.trial.id for p in of_first.order_by(intermediate.current_epoch)],
        "dicts": list(of_first.select(intermediate.id, at_point).dicts()),
        "join of three": (
            intermediate.select()
            .join(trial)
            .join(config)
            .where((choice == chosen) & (trial.id <= first.id + 9))
            .count()
        ),
        "best": [
            trial.select(fn.MAX(measured)).scalar(),
            trial.select().order_by(measured.desc(), trial.id).get().id,
        ],
        "group by": [
            list(row)
            for row in trial.select(choice, fn.COUNT(trial.id))
            .join(config)
            .group_by(choice)
            .order_by(choice)
            .tuples()
        ],
    }


def questions_101(config: Any, count: int) -> Iterator[Question]:
    """What is asked about NAS-Bench-101.

    Args:
        config: our model of the configs.
        count: how many architectures to ask for.
    """
    from nasbench_db.nasbench101 import Cell, Nb101TrialStats

    epochs = [None, *known(config.num_epochs), 5]
    forms: list[tuple[str, Any]] = []
    for arch in some_archs(config, count):
        cell = Cell.from_arch(arch)
        forms.append(("as stored", arch))
        forms.append(("reversed", dict(reversed(arch.items()))))
        forms.append(("isomorph", relabelled(cell)))
        forms.append(("dangling", dangling(arch)))
    large = Nb101TrialStats.select().count() > ALL_ROWS
    if not large:
        forms.append(("all", None))
    wrong: list[dict[str, Any]] = [
        {},
        {"op1": "conv3x3-bn-relu"},
        {"op1": "conv5x5", "input1": [0], "input2": [1]},
        {"op2": "maxpool3x3", "input1": [0], "input2": [1]},
        {"op1": "maxpool3x3", "input1": [7], "input2": [1]},
        {"op1": "maxpool3x3", "input1": [], "input2": []},
    ]
    forms += [("outside the space", arch) for arch in wrong]
    for about, arch in forms:
        for number, isomorphism, reduction, intermediates in itertools.product(
            epochs, (True, False), REDUCTIONS, (False, True)
        ):
            if large and not isomorphism and (reduction or intermediates):
                continue  # NNI goes through the whole table: there is no index of architectures
            arguments = {
                "num_epochs": number,
                "isomorphism": isomorphism,
                "reduction": reduction,
                "include_intermediates": intermediates,
            }
            yield Question("nasbench101", about, arch, arguments)


def relabelled(cell: Any) -> dict[str, Any]:
    """A cell with its vertices in the order of its canonical form."""
    arch: dict[str, Any] = cell.canonical().arch
    return arch


def dangling(arch: dict[str, Any]) -> dict[str, Any]:
    """A cell with one more vertex, just before the output, that leads nowhere."""
    last = (len(arch) + 1) // 2
    changed = {**arch, f"op{last}": "maxpool3x3", f"input{last}": [0]}
    changed[f"input{last + 1}"] = arch[f"input{last}"]
    return changed


def questions_201(config: Any, count: int) -> Iterator[Question]:
    """What is asked about NAS-Bench-201; for the arguments see :func:`questions_101`."""
    from nasbench_db.architectures.topology import official_order
    from nasbench_db.nasbench201 import Nb201TrialStats
    from nasbench_db.nats.datasets import STORED as DATASETS

    epochs = [None, *known(config.num_epochs), 7]
    datasets = (None, *DATASETS, "ImageNet16-120", "mnist")
    forms: list[tuple[str, Any]] = []
    for arch in some_archs(config, count):
        forms.append(("as stored", arch))
        forms.append(("reversed", dict(reversed(arch.items()))))
    trained = {row.arch_index for row in config.select(config.arch_index)}
    cells = enumerate(official_order())
    forms += [("untrained", cell.arch) for index, cell in cells if index not in trained][:1]
    if Nb201TrialStats.select().count() <= ALL_ROWS:
        forms.append(("all", None))
    forms.append(("outside the space", {"0_1": "none"}))
    forms.append(("outside the space", {**some_archs(config, 1)[0], "2_3": "nor_conv_5x5"}))
    for about, arch in forms:
        for number, dataset, reduction, intermediates in itertools.product(
            epochs, datasets, REDUCTIONS, (False, True)
        ):
            if intermediates and (about != "as stored" or reduction in ("none", "median")):
                continue  # the curves of 200 epochs are long
            arguments = {
                "num_epochs": number,
                "dataset": dataset,
                "reduction": reduction,
                "include_intermediates": intermediates,
            }
            yield Question("nasbench201", about, arch, arguments)


def questions_nlp(config: Any, count: int) -> Iterator[Question]:
    """What is asked about NAS-Bench-NLP; for the arguments see :func:`questions_101`."""
    from nasbench_db.nlp import Cell

    forms: list[tuple[str, Any]] = [("all", None)]
    for arch in some_archs(config, count):
        forms.append(("as stored", arch))
        forms.append(("reversed", dict(reversed(arch.items()))))
        forms.append(("renamed", Cell.from_arch(arch).canonical().arch))
    forms.append(("outside the space", {"f_op": "linear"}))
    forms.append(("outside the space", {**some_archs(config, 1)[0], "h_new_0_op": "relu"}))
    for about, arch in forms:
        for dataset, reduction, intermediates in itertools.product(
            (None, *known(config.dataset), "mnist"), REDUCTIONS, (False, True)
        ):
            arguments = {
                "dataset": dataset,
                "reduction": reduction,
                "include_intermediates": intermediates,
            }
            yield Question("nlp", about, arch, arguments)


def as_nni_asks(question: Question, query: Callable[..., Any]) -> Callable[..., Any]:
    """Our query function, for a question that is not about what it finds beyond NNI's.

    Of NAS-Bench-NLP it finds all recipes of a cell, and NNI's the one that is given.
    """
    if question.benchmark == "nlp" and question.about != "renamed":
        return functools.partial(query, isomorphism=False)
    return query


def questions_nds(config: Any, count: int) -> Iterator[Question]:
    """What is asked about NDS; for the arguments see :func:`questions_101`."""
    total = config.select().count()
    places = [place * total // count for place in range(count)]
    rows = [config.select().order_by(config.id).offset(n).limit(1).get() for n in places]
    forms: list[tuple[str, Any, dict[str, Any]]] = [("all", None, {})]
    for row in rows:
        specs = {"model_spec": row.model_spec, "cell_spec": row.cell_spec}
        backwards = {name: dict(reversed(spec.items())) for name, spec in specs.items()}
        names = {"proposer": row.proposer, "generator": row.generator}
        forms += [
            ("as stored", row.model_family, {**specs, **names}),
            ("reversed", None, backwards),
            ("a model", None, {"model_spec": row.model_spec}),
            ("cells", row.model_family, {"cell_spec": row.cell_spec}),
            ("a space", None, names),
        ]
        if "aux" in row.model_spec:
            loose = {**row.model_spec, "aux": int(row.model_spec["aux"])}
            forms.append(("loose", None, {**specs, "model_spec": loose}))
    nothing = dict.fromkeys(("proposer", "generator", "model_spec", "cell_spec"))
    forms.append(("outside the space", None, {"model_spec": {"ds": [1]}}))
    for about, family, given in forms:
        for dataset, number, reduction, intermediates in itertools.product(
            (None, "cifar10", "mnist"), (None, rows[0].num_epochs), REDUCTIONS, (False, True)
        ):
            if intermediates and reduction in ("none", "median"):
                continue
            arguments = {
                **nothing,
                **given,
                "dataset": dataset,
                "num_epochs": number,
                "reduction": reduction,
                "include_intermediates": intermediates,
            }
            yield Question("nds", about, family, arguments)


def known(field: Any) -> list[Any]:
    """The different values of a column."""
    query = field.model.select(field).distinct().order_by(field)
    return [value for (value,) in query.tuples()]


def some_archs(config: Any, count: int) -> list[Any]:
    """The architectures of some configs, from all over the table."""
    total = config.select().count()
    places = [place * total // count for place in range(count)]
    query = config.select(config.arch).order_by(config.id)
    found = [query.offset(place).limit(1).get().arch for place in places]
    return [arch for place, arch in enumerate(found) if arch not in found[:place]]


# Comparison.


class Difference(NamedTuple):
    """A difference between two answers: where, and what both say, as text."""

    path: str
    theirs: str
    ours: str


def differences(theirs: Answer, ours: Answer) -> Iterator[Difference]:
    """All differences between two answers; the order of the rows does not matter."""
    if "raises" in theirs and "raises" in ours:
        if theirs["raises"][0] not in ours["raises"]:
            yield Difference("answer", described(theirs), described(ours))
        return
    if "raises" in theirs or "raises" in ours:
        yield Difference("answer", described(theirs), described(ours))
        return
    rows = [{row_key(row): row for row in found["rows"]} for found in (theirs, ours)]
    sizes = [len(found["rows"]) for found in (theirs, ours)]
    if rows[0].keys() != rows[1].keys() or sizes != [len(found) for found in rows]:
        yield Difference("answer", described(theirs), described(ours))
        return
    for key, row in rows[0].items():
        yield from of_values("", row, rows[1][key])


def row_key(row: dict[str, Any]) -> tuple[Any, Any]:
    """What identifies a row: its config and, unless it is reduced, its trial."""
    return row["config"]["id"], row.get("id")


def of_values(path: str, theirs: Any, ours: Any) -> Iterator[Difference]:
    """The differences between two values, at a place within a row."""
    if isinstance(theirs, dict) and isinstance(ours, dict) and not path.endswith("arch"):
        for name in {**theirs, **ours}:
            place = f"{path}.{name}" if path else name
            if name in theirs and name in ours:
                yield from of_values(place, theirs[name], ours[name])
            else:
                yield Difference(
                    place,
                    short(theirs[name]) if name in theirs else "absent",
                    short(ours[name]) if name in ours else "absent",
                )
    elif (
        path == "intermediates"
        and isinstance(theirs, list)
        and isinstance(ours, list)
        and len(theirs) == len(ours)
    ):
        for one, other in zip(theirs, ours, strict=True):
            yield from of_values(path, one, other)
    elif type(theirs) is not type(ours) or theirs != ours:
        yield Difference(path, short(theirs), short(ours))


def short(value: Any) -> str:
    """A value as text, a long list as its length."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return f"list of {len(value)}"
    return json.dumps(value)


def described(found: Answer) -> str:
    """An answer as text."""
    if "raises" in found:
        return f"raises {found['raises'][0]}"
    return f"{len(found['rows']):,} rows"


def reason(question: str, found: Difference) -> str | None:
    """Why a difference is expected."""
    for about, path, theirs, ours, why in EXPECTED:
        if (
            re.search(about, question)
            and re.fullmatch(path, found.path)
            and re.match(theirs, found.theirs)
            and re.match(ours, found.ours)
        ):
            return why
    return None


def filled_by_nni(row: dict[str, Any]) -> bool:
    """Whether a row has no value where NNI's own file repeats that of another split."""
    dataset = row["config"].get("dataset")
    return "ori_test_acc" in row and any(
        row[f"{split}_acc"] is None and row["ori_test_acc"] is not None
        for name, split in REPEATED
        if name == dataset
    )


class Tally:
    """Counts what is compared, and prints what differs and should not."""

    def __init__(self) -> None:
        self.rows = 0
        self.values = 0
        self.expected: collections.Counter[str] = collections.Counter()
        self.unexpected = 0

    def compare(self, question: str, theirs: Answer, ours: Answer) -> None:
        """Compare the answers to a question."""
        for row in theirs.get("rows", ()):
            self.rows += 1
            self.values += leaves(row)
        for found in differences(theirs, ours):
            why = reason(question, found)
            if why:
                self.expected[why] += 1
            else:
                self.report(question, found)
        missing = sum(map(filled_by_nni, ours.get("rows", ())))
        if missing:
            why = "NULL, where NNI's own file repeats ori_test: there is no such split"
            self.expected[why] += missing

    def compare_facts(self, question: str, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
        """Compare what two sets of models say; nothing may differ."""
        for found in of_values("", theirs, ours):
            self.report(question, found)

    def report(self, question: str, found: Difference) -> None:
        """Print a difference that should not be; the first hundred are enough."""
        self.unexpected += 1
        if self.unexpected <= 100:
            print(
                f"{question}\n  {found.path}\n  NNI   {found.theirs[:300]}\n"
                f"  ours  {found.ours[:300]}"
            )


def leaves(value: Any) -> int:
    """The number of values in a row."""
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    if isinstance(value, list):
        return sum(map(leaves, value))
    return 1


# What is set up.


def nni_python(folder: Path) -> Path:
    """The Python of an environment with NNI, which is made if it is not there."""
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        print(f"Making a virtual environment in {folder}", flush=True)
        venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, *NEEDED], check=True)
    subprocess.run([*pip, "--no-deps", NNI], check=True)
    return python


def small_databases(scratch: Path, wanted: list[str]) -> dict[str, Path]:
    """Databases of a few architectures with made-up values."""
    import nasbench_db
    from nasbench_db.nasbench101 import enumerate_cells
    from nasbench_db.nasbench101.synthetic import write_tfrecord
    from nasbench_db.nasbench201.synthetic import write_pth
    from nasbench_db.nds.synthetic import FEW, write_files

    found = {}
    if "nlp" in wanted:
        found["nlp"] = nasbench_db.sample("nlp", scratch / "nlp.db").path
    sources = {
        "nasbench101": scratch / "small.tfrecord",
        "nasbench201": scratch / "small.pth",
        "nds": scratch / "nds_data",
    }
    if "nds" in wanted:
        write_files(sources["nds"], FEW, epochs={"cifar10": 6, "imagenet": 6})
    if "nasbench101" in wanted:
        large = itertools.islice(enumerate_cells(), 10_000, 100_000, 10_000)
        cells = itertools.chain(enumerate_cells(max_vertices=4), large)
        write_tfrecord(sources["nasbench101"], cells)
    if "nasbench201" in wanted:
        write_pth(sources["nasbench201"], (0, 3, 11, 123, 284, 5000))
    for name in sources.keys() & set(wanted):
        print(f"Building a small {name} database of made-up values", flush=True)
        report = nasbench_db.ingest(name, sources[name], scratch / f"{name}.db", progress=False)
        found[name] = report.path
    return found


def as_nni_expects(path: Path, benchmark: str, folder: Path) -> str:
    """Place a database where NNI looks for it, under the name that it checks; returns the name."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    # That of NAS-Bench-NLP is built by NNI's users, and has no digits in its name.
    name = "nlp.db" if benchmark == "nlp" else f"{benchmark}-{digest.hexdigest()[:8]}.db"
    try:
        (folder / name).symlink_to(path.resolve())
    except OSError:  # where links need a privilege
        shutil.copyfile(path, folder / name)
    return name


def compare(paths: dict[str, Path], python: Path, scratch: Path, count: int) -> Tally:
    """Ask both sides, and compare.

    Args:
        paths: our databases by benchmark.
        python: the Python that has NNI.
        scratch: a folder for files of our own.
        count: how many architectures to ask for.
    """
    import nasbench_db
    from nasbench_db import nasbench101, nasbench201, nds, nlp

    modules: dict[str, Any] = {
        "nasbench101": nasbench101,
        "nasbench201": nasbench201,
        "nds": nds,
        "nlp": nlp,
    }
    ask = {
        "nasbench101": questions_101,
        "nasbench201": questions_201,
        "nds": questions_nds,
        "nlp": questions_nlp,
    }
    folder = scratch / "nasbenchmark"
    folder.mkdir()
    files, models = {}, {}
    questions: list[Question] = []
    for benchmark, path in paths.items():
        nasbench_db.connect(benchmark, path)
        files[benchmark] = as_nni_expects(path, benchmark, folder)
        models[benchmark] = models_of(modules[benchmark], NAMES[benchmark])
        questions += ask[benchmark](models[benchmark][0], count)
    asked, answered = scratch / "questions.json", scratch / "answers.jsonl"
    asked.write_text(json.dumps({"files": files, "questions": questions}), encoding="utf-8")
    print(f"Asking NNI {len(questions):,} questions", flush=True)
    with open(answered, "w", encoding="utf-8") as file:
        environment = {**os.environ, "NASBENCHMARK_DIR": str(folder)}
        command = [str(python), __file__, "--answer", str(asked)]
        subprocess.run(command, check=True, stdout=file, env=environment)
    tally = Tally()
    print("Comparing the answers with ours", flush=True)
    with open(answered, encoding="utf-8") as file:
        for question in questions:
            query = getattr(
                modules[question.benchmark],
                f"query_{NAMES[question.benchmark]}_trial_stats",
            )
            ours = json.loads(json.dumps(answer(as_nni_asks(question, query), question)))
            tally.compare(str(question), json.loads(next(file)), ours)
        for benchmark, (config, trial, intermediate) in models.items():
            ours = json.loads(json.dumps(ask_models(benchmark, config, trial, intermediate)))
            for way in ("models", "models again"):
                tally.compare_facts(f"{benchmark} {way}", json.loads(next(file)), ours)
        assert not file.read()
    return tally


def main() -> None:
    """Compare, print the differences, and fail if one is not expected."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for benchmark in NAMES:
        parser.add_argument(f"--{benchmark}", type=Path, metavar="DB", help="a database of ours")
    parser.add_argument(
        "--environment",
        type=Path,
        metavar="FOLDER",
        help="where NNI's environment is, or is made and kept",
    )
    parser.add_argument(
        "--architectures", type=int, default=8, metavar="N", help="how many to ask for: 8"
    )
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.answer:
        answer_with_nni(arguments.answer)
        return
    if arguments.architectures < 1:
        parser.error("--architectures must be at least 1")
    given = {name: getattr(arguments, name) for name in NAMES if getattr(arguments, name)}
    for path in given.values():
        if not path.is_file():
            parser.error(f"there is no file {path}")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        paths = given or small_databases(scratch, list(NAMES))
        python = nni_python(arguments.environment or scratch / "environment")
        tally = compare(paths, python, scratch, arguments.architectures)
    print(f"{tally.rows:,} dicts with {tally.values:,} values compared")
    for why, count in tally.expected.most_common():
        print(f"{count:,} differ as expected: {why}")
    print(f"{tally.unexpected:,} differ and should not")
    sys.exit(tally.unexpected > 0)


if __name__ == "__main__":
    main()
