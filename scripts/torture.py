"""Do to nasbench_db what disks, systems and users do, at random, and count what it answers.

Not part of the test suite: run it for as long as there is time. A run with the same seed and
counts does the same things, but for the moments at which processes are killed. ::

    python scripts/torture.py --seed 1 --damaged 700 --kills 100
    python scripts/torture.py --seed 2 --damaged 0 --kills 0 --forks 200

It ends with 1 if anything was found that must not be: a wrong answer that ``verify`` misses, an
error that is not nasbench_db's own, a database that is neither the old one nor the new one.
"""

from __future__ import annotations

import bz2
import contextlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

import nasbench_db
from nasbench_db.errors import NasbenchDBError
from nasbench_db.formats.gzipped_json import write_json
from nasbench_db.nasbench101 import query_nb101_trial_stats
from nasbench_db.nasbench101.space import enumerate_cells
from nasbench_db.nasbench101.synthetic import write_tfrecord
from nasbench_db.nasbench201.synthetic import write_pth
from nasbench_db.nasbenchmacro.synthetic import made_up as made_up_macro
from nasbench_db.nats.synthetic import write_nats_folder
from nasbench_db.natssss.synthetic import SIZES
from nasbench_db.nds.synthetic import write_files
from nasbench_db.nlp.synthetic import made_up_logs, write_zip
from nasbench_db.transnas101.layout import official_like_order as all_archs
from nasbench_db.transnas101.synthetic import write_pth as write_tasks

WRONG = "WRONG: "
"""What the name of a count begins with that must be nothing."""

_QUESTIONS = (
    "SELECT * FROM nb101",
    "SELECT num_epochs, avg(test_acc), max(valid_acc) FROM nb101 GROUP BY 1",
    "SELECT * FROM nb101intermediatestats ORDER BY trial_id, current_epoch",
    "SELECT hash FROM nb101trialconfig WHERE num_vertices = 4 AND num_epochs = 108 ORDER BY 1",
)


class Torture:
    """The things that are done, and what came of them.

    Args:
        folder: where to do them.
        seed: of all that is random.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self._folder = folder
        self._random = random.Random(seed)
        self._source = folder / "source.tfrecord"
        self._other_source = folder / "other.tfrecord"
        write_tfrecord(self._source, enumerate_cells(max_vertices=4))
        write_tfrecord(self._other_source, enumerate_cells(max_vertices=5), seed=7)
        self._sources: list[tuple[str, Path]] = []
        self._sound = folder / "sound.db"
        self._other = folder / "other.db"
        for source, path in ((self._source, self._sound), (self._other_source, self._other)):
            nasbench_db.ingest("nasbench101", source, path, progress=False)
        self._right = _answers(self._sound)
        self._right_other = _answers(self._other)

    def damage(self) -> None:
        """Change some of a database's bytes, and ask it: all right, or told by ``verify``."""
        kind = self._random.choice(("bit", "byte", "zeros", "moved", "cut", "longer"))
        content = _damaged(self._sound.read_bytes(), kind, self._random)
        path = self._folder / "damaged.db"
        path.write_bytes(content)
        try:
            wrong = _answers(path) != self._right
        except NasbenchDBError:
            self.counts["damaged: told when asked"] += 1
            return
        except Exception as error:
            self.counts[f"{WRONG}damaged, {kind}: raw {type(error).__name__}: {error}"] += 1
            return
        try:
            told = _verify(path)
        except NasbenchDBError:
            told = True
        except Exception as error:
            self.counts[f"{WRONG}damaged, verify: raw {type(error).__name__}: {error}"] += 1
            return
        if wrong:
            name = "damaged: wrong answer, found by verify"
            self.counts[name if told else f"{WRONG}damaged, {kind}: verify misses it"] += 1
        else:
            self.counts[f"damaged: right answers{', found by verify' if told else ''}"] += 1

    def source(self) -> None:
        """Change some bytes of an original file, within its compression or not, and ingest it.

        That it is built may be right: most layouts have no checksums, and a number is a number.
        """
        if not self._sources:
            self._sources = _write_sources(self._folder / "sources")
        benchmark, sound = self._random.choice(self._sources)
        target = self._folder / "damaged source" / sound.name
        shutil.rmtree(target.parent, ignore_errors=True)
        target.parent.mkdir()
        (shutil.copytree if sound.is_dir() else shutil.copyfile)(sound, target)
        files = sorted(file for file in target.rglob("*") if file.is_file()) or [target]
        file = self._random.choice(files)
        kind = self._random.choice(("bit", "byte", "zeros", "moved", "cut", "longer"))
        content = file.read_bytes()
        if content.startswith(b"BZh") and self._random.random() < 0.7:
            file.write_bytes(bz2.compress(_damaged(bz2.decompress(content), kind, self._random)))
        else:
            file.write_bytes(_damaged(content, kind, self._random))
        path = self._folder / "of damaged.db"
        try:
            nasbench_db.ingest(benchmark, target, path, progress=False, force=True)
        except NasbenchDBError:
            self.counts["sources: refused"] += 1
        except Exception as error:
            name = f"{WRONG}source {sound.name}, {kind}: raw {type(error).__name__}: {error}"
            self.counts[name] += 1
        else:
            self.counts["sources: built"] += 1

    def kill(self) -> None:
        """Kill a writer at a random moment; what is there is the old database or the new one."""
        path = self._folder / "killed.db"
        what = self._random.choice(("ingest", "migrate"))
        number = self._random.choice((signal.SIGKILL, signal.SIGTERM, signal.SIGINT))
        old = self._random.choice((None, self._sound))
        path.unlink(missing_ok=True)
        if old is not None:
            shutil.copyfile(old, path)
            if self._random.random() < 0.3:
                _leave_log(path)
        if what == "ingest":
            command = ["ingest", "nasbench101", str(self._other_source), "--db", str(path)]
        else:
            command = ["migrate", str(self._other), "--to", str(path)]
        process = _command(*command, "--force", "--quiet")
        time.sleep(self._random.random() * (4 if what == "ingest" else 1))
        process.send_signal(number)
        process.communicate(timeout=120)
        left = {found.suffix for found in self._folder.glob("killed.db.*")} - {".lock"}
        if number == signal.SIGTERM and left and process.returncode == 128 + number:
            self.counts[f"{WRONG}killed: {left} after SIGTERM"] += 1
        if path.exists():
            found = _answers(path)
            right = found in (self._right_other, self._right) or (old and _has_log_value(path))
            self.counts["killed: old or new" if right else f"{WRONG}killed: neither"] += 1
        else:
            self.counts["killed: none" if old is None else f"{WRONG}killed: lost"] += 1
        process = _command(
            "ingest", "nasbench101", str(self._source), "--db", str(path), "--force"
        )
        process.communicate(timeout=120)
        if process.returncode or _answers(path) != self._right:
            self.counts[f"{WRONG}killed: the next ingestion"] += 1

    def fill(self, tmpfs: Path) -> None:
        """Write to a disk that is too small; the old database stays, or is replaced whole."""
        path = tmpfs / "full.db"
        for found in tmpfs.iterdir():
            found.unlink()
        shutil.copyfile(self._sound, path)
        free = shutil.disk_usage(tmpfs).free
        filler = tmpfs / "filler"
        filler.write_bytes(bytes(self._random.randrange(free)))
        process = _command(
            *("ingest", "nasbench101", str(self._other_source), "--db", str(path), "--force")
        )
        _, told = process.communicate(timeout=120)
        right = self._right if process.returncode else self._right_other
        filler.unlink()
        if _answers(path) != right or "Traceback" in told:
            self.counts[f"{WRONG}full disk: {told[-200:]}"] += 1
        else:
            self.counts[f"full disk: {'told' if process.returncode else 'there was room'}"] += 1

    def limit(self) -> None:
        """Take file descriptors or memory from a command: it ends well, or tells in one line."""
        kind = self._random.choice(("descriptors", "memory"))
        if kind == "descriptors":
            limits = (resource.RLIMIT_NOFILE, self._random.randrange(4, 40))
        else:
            limits = (resource.RLIMIT_AS, self._random.randrange(150, 900) << 20)
        what = self._random.choice(("verify", "query", "ingest"))
        command = {
            "verify": ["verify", str(self._sound), "--quiet"],
            "query": ["sql", str(self._sound), _QUESTIONS[1]],
            "ingest": [
                *("ingest", "nasbench101", str(self._source), "--force"),
                *("--db", str(self._folder / "limited.db"), "--quiet"),
            ],
        }[what]
        code = (
            "import nasbench_db.commands.cli as cli, nasbench_db.commands.sql, numpy, orjson\n"
            "import nasbench_db.nasbench101.verify, nasbench_db.nasbench101.ingest\n"
            "import resource, sys\n"
            f"resource.setrlimit({limits[0]}, ({limits[1]},) * 2)\n"
            f"sys.argv[1:] = {command!r}\n"
            "cli.main()\n"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
        )
        if ended.returncode == 0:
            self.counts[f"few {kind}: enough"] += 1
        elif (
            ended.returncode == 1
            and "Traceback" not in ended.stderr
            and "damaged" not in (ended.stderr)
        ):
            self.counts[f"few {kind}: told"] += 1
        else:
            last = (ended.stderr.strip().splitlines() or [""])[-1][:100]
            self.counts[f"{WRONG}few {kind}, {what}: {ended.returncode}: {last}"] += 1

    def fork(self) -> None:
        """Fork in a program with threads between two of their questions, and ask in the child."""
        code = (
            "import os, sys, threading\n"
            "import nasbench_db\n"
            "db = nasbench_db.connect('nasbench101', sys.argv[1])\n"
            "ask = lambda: list(db.select('SELECT count(*), sum(test_acc) FROM nb101'))\n"
            "right = ask()\n"
            "threads = [threading.Thread(target=ask) for _ in range(4)]\n"
            "[t.start() for t in threads]; [t.join() for t in threads]\n"
            "child = os.fork()\n"
            "if not child: os._exit(ask() != right)\n"
            "assert ask() == right and os.waitpid(child, 0)[1] == 0\n"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code, str(self._sound)], timeout=60, check=False
        )
        self.counts["forks: right" if ended.returncode == 0 else f"{WRONG}forks"] += 1

    def replace(self) -> None:
        """Leave a log at a place in one of the ways there are, and put a database there."""
        path = self._folder / "replaced.db"
        for found in self._folder.glob("replaced.db*"):
            found.unlink()
        shutil.copyfile(self._random.choice((self._sound, self._other)), path)
        mode = self._random.choice(("wal", "delete"))
        _leave_log(path, mode)
        if self._random.random() < 0.4:
            path.unlink()
        if self._random.random() < 0.5:
            nasbench_db.ingest("nasbench101", self._source, path, progress=False, force=True)
        else:
            nasbench_db.migrate(self._sound, path, progress=False, force=True)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # applies a log
        right = _answers(path) == self._right and not _verify(path)
        self.counts["logs: not applied" if right else f"{WRONG}logs, {mode}"] += 1


def _damaged(sound: bytes, kind: str, rng: random.Random) -> bytes:
    """A file's content with some of its bytes changed."""
    content = bytearray(sound)
    at = rng.randrange(len(content))
    size = rng.choice((16, 512, 4096, 16_384))
    if kind == "bit":
        content[at] ^= 1 << rng.randrange(8)
    elif kind == "byte":
        content[at] = rng.randrange(256)
    elif kind == "zeros":
        content[at : at + size] = bytes(len(content[at : at + size]))
    elif kind == "moved":
        place = rng.randrange(len(content))
        moved = content[place : place + size]
        content[at : at + len(moved)] = moved
    elif kind == "cut":
        del content[at:]
    else:
        content += rng.randbytes(size)
    return bytes(content)


def _write_sources(folder: Path) -> list[tuple[str, Path]]:
    """Small files in the layouts of the originals and of those who re-packed them."""
    sys.path.append(str(Path(__file__).parent.parent / "tests"))  # which write the latter
    from support import repacked101  # type: ignore[import-not-found]

    folder.mkdir()
    records = folder / "nasbench_full.tfrecord"
    write_tfrecord(records, enumerate_cells(max_vertices=4))
    found = [("nasbench101", records)]
    rows = repacked101.rows_of(records)
    for name, layout in repacked101.LAYOUTS.items():
        found.append(("nasbench101", repacked101.write(folder / f"{name}.pkl", layout(rows))))
    for benchmark, name, write in (
        ("nasbench201", "NAS-Bench-201-v1_1-096897.pth", lambda p: write_pth(p, range(12))),
        ("natssss", "NATS-sss-v1_0", lambda p: write_nats_folder(p, range(12), SIZES)),
        ("transnas101", "transnas-bench.pth", lambda p: write_tasks(p, all_archs()[::200])),
        ("nasbenchmacro", "macro.json", lambda p: write_json(p, made_up_macro())),
        ("nlp", "train_logs_wikitext-2.zip", lambda p: write_zip(p, made_up_logs(20, runs=2))),
        ("nds", "nds_data", lambda p: write_files(p, epochs={"cifar10": 12, "imagenet": 6})),
    ):
        write(folder / name)
        found.append((benchmark, folder / name))
    return found


def _answers(path: Path) -> list[Any]:
    """What a database says to some questions, in SQL and through the helper."""
    with contextlib.closing(nasbench_db.connect("nasbench101", path)) as db:
        found: list[Any] = [list(db.select(question)) for question in _QUESTIONS]
        found.append(list(query_nb101_trial_stats(None, 108, reduction="mean", db=db)))
        return found


def _verify(path: Path) -> bool:
    """Whether the checks find something."""
    benchmark = nasbench_db.BENCHMARKS["nasbench101"]
    with contextlib.closing(nasbench_db.connect("nasbench101", path)) as db:
        return any(finding.problems for finding in benchmark.verify(db, progress=False))


def _leave_log(path: Path, mode: str = "wal") -> None:
    """Change a database in another process, which ends without closing it."""
    code = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        f"c.execute('PRAGMA journal_mode = {mode}'); c.execute('PRAGMA cache_size = 1')\n"
        "c.execute('BEGIN'); c.execute('UPDATE nb101trialstats SET test_acc = 99999')\n"
        f"c.execute('{'COMMIT' if mode == 'wal' else 'SELECT 1'}')\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True, timeout=60)


def _has_log_value(path: Path) -> bool:
    """Whether a database has what :func:`_leave_log` wrote, and nothing else."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        (found,) = connection.execute("SELECT avg(test_acc) FROM nb101trialstats").fetchone()
        return bool(found == 99999)


def _command(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nasbench_db", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextlib.contextmanager
def _tmpfs(size: int) -> Iterator[Path | None]:
    """A small disk in memory; None where none may be mounted."""
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder]
        if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


@click.command()
@click.option("--seed", default=0, show_default=True, help="Of all that is random.")
@click.option("--damaged", default=100, show_default=True, help="Damaged files.")
@click.option("--sources", default=20, show_default=True, help="Damaged original files.")
@click.option("--kills", default=20, show_default=True, help="Killed writers.")
@click.option("--full", default=20, show_default=True, help="Full disks; needs root.")
@click.option("--limits", default=20, show_default=True, help="Commands short of something.")
@click.option("--forks", default=20, show_default=True, help="Forks of programs with threads.")
@click.option("--logs", default=20, show_default=True, help="Logs left at a place.")
def torture(
    seed: int,
    damaged: int,
    sources: int,
    kills: int,
    full: int,
    limits: int,
    forks: int,
    logs: int,
) -> None:
    """Do all of it as often as is asked for."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, _tmpfs(8 << 20) as disk:
        it = Torture(Path(folder), seed)
        done: list[tuple[int, Callable[[], None]]] = [
            (damaged, it.damage),
            (sources, it.source),
            (kills, it.kill),
            (limits, it.limit),
            (forks, it.fork),
            (logs, it.replace),
        ]
        if disk is not None:
            done.append((full, lambda: it.fill(disk)))
        elif full:
            print("no small disk can be mounted here: full disks are left out")
        for count, do in done:
            for _ in range(count):
                do()
    for name, count in sorted(it.counts.items()):
        print(f"{count:>7,}  {name}")
    print(f"seed {seed}, {time.perf_counter() - started:,.0f} s")
    if any(name.startswith(WRONG) for name in it.counts):
        raise SystemExit(1)


if __name__ == "__main__":
    torture()
