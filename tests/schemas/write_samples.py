"""Write a small database of each benchmark, as SQL, in the schema version of this checkout.

The files stay in the repository for good: the tests upgrade those of every released version and
compare them with what is built today. Run it once, when a schema version has been made::

    python tests/schemas/write_samples.py
"""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from support.raw import small_info, small_run, whole  # noqa: E402

import nasbench_db  # noqa: E402
from nasbench_db.nasbench101 import enumerate_cells  # noqa: E402
from nasbench_db.nasbench101.synthetic import write_tfrecord  # noqa: E402
from nasbench_db.nasbench201 import official_order  # noqa: E402
from nasbench_db.nasbenchmacro.synthetic import made_up as made_up_macro  # noqa: E402
from nasbench_db.natssss import enumerate_cells as enumerate_sizes  # noqa: E402
from nasbench_db.nds.synthetic import made_up as made_up_nds  # noqa: E402
from nasbench_db.nlp.synthetic import made_up_logs, write_zip  # noqa: E402
from nasbench_db.store.building import SYNTHETIC_KEY  # noqa: E402
from nasbench_db.transnas101.layout import METRICS_DICT  # noqa: E402
from nasbench_db.transnas101.synthetic import made_up  # noqa: E402

ARCHITECTURES = 12
"""How many architectures of a whole space stay in a sample."""


def few(benchmark: str, folder: Path) -> Any:
    """A source of very few trainings, with made-up numbers: a file, or what one contains."""
    if benchmark == "nasbench101":
        path = folder / "few.tfrecord"
        write_tfrecord(path, enumerate_cells(max_vertices=3), repeats=2)
        return path
    if benchmark == "transnas101":
        epochs = dict.fromkeys(METRICS_DICT, 2)
        return made_up(["64-1114-basic", "64-41414-1_02_333"], epochs=epochs)
    if benchmark == "nasbenchmacro":
        return made_up_macro(["22212202", "22212220", "00000000"])
    if benchmark == "nlp":
        write_zip(folder / "logs.zip", made_up_logs(3, runs=2, epochs=3, failing=6))
        return folder / "logs.zip"
    if benchmark == "nds":
        files = {"DARTS.json": 1, "ResNet_reruns.json": 2, "Vanilla_lr-wd_in.json": 1}
        return made_up_nds(files, epochs={"cifar10": 3, "imagenet": 2})
    cells = official_order() if benchmark == "nasbench201" else enumerate_sizes()
    strings = [cell.arch_str for cell in cells]
    full = small_run(
        "cifar100",
        888,
        train_times=dict.fromkeys(range(12), 2.5),
        latency=[0.25, 0.5],
        net_state_dict={"stem.weight": np.arange(6, dtype=np.float32).reshape(2, 3)},
    )
    runs = [small_run("cifar10-valid"), small_run("cifar10"), full]
    infos = {3: small_info(3, strings[3], *runs), 11: small_info(11, strings[11], full)}
    return {SYNTHETIC_KEY: True, **whole(infos, strings)}


def build(benchmark: str, path: Path) -> None:
    """Build a small database, of which all but a few untrained architectures are deleted."""
    nasbench_db.ingest(benchmark, few(benchmark, path.parent), path, progress=False)
    with closing(sqlite3.connect(path)) as connection, connection:
        for (table,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%architecture'"
        ).fetchall():
            connection.execute(f"DELETE FROM {table} WHERE arch_index >= {ARCHITECTURES}")


def dump(path: Path) -> Iterator[str]:
    """The statements that make a database anew."""
    with closing(sqlite3.connect(path)) as connection:
        for pragma in ("application_id", "user_version"):
            (number,) = connection.execute(f"PRAGMA {pragma}").fetchone()
            yield f"PRAGMA {pragma} = {number};"
        yield from connection.iterdump()


def main() -> None:
    """Write the samples."""
    for name, benchmark in nasbench_db.BENCHMARKS.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"{name}.db")
            build(name, path)
            target = FOLDER / f"{name}_{benchmark.schema.version}.sql"
            target.write_text("\n".join(dump(path)) + "\n")
            print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
