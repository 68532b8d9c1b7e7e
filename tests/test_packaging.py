"""What is built of the checkout: the wheel, the editable installation, and the sdist."""

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import nasbench_db
from nasbench_db.benchmarks import BENCHMARKS

PROJECT = Path(__file__).resolve().parents[1]

BUILD = """
import sys
from hatchling import build
print(getattr(build, sys.argv[1])(sys.argv[2]))
"""

RESOLVED = """
import sys
import nasbench_db
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.store.migrating import migrations_folder
print(nasbench_db.__file__)
for benchmark in BENCHMARKS:
    print(migrations_folder(benchmark))
report = nasbench_db.ingest("nasbench101", sys.argv[1], sys.argv[2], progress=False)
print(report.trials)
"""


def build(kind: str, folder: Path) -> Path:
    """Call a hook of the build backend, as pip does, and return what it has written."""
    command = [sys.executable, "-c", BUILD, f"build_{kind}", folder]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return folder / ended.stdout.split()[-1]


def python_files(folder: Path) -> set[str]:
    """The paths of all Python files of a folder of the checkout, from the checkout."""
    return {path.relative_to(PROJECT).as_posix() for path in (PROJECT / folder).rglob("*.py")}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel brings. Unpacking is all that installing it takes."""
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(build("wheel", folder)) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_an_installed_wheel_is_complete(installed: Path) -> None:
    """Every module and migration is in it, and nothing beside the package."""
    migrations = {f"nasbench_db/{path}" for path in python_files(Path("migrations"))}
    assert "nasbench_db/migrations/nasbench101/0001_initial.py" in migrations
    found = {path.relative_to(installed).as_posix() for path in installed.rglob("*.py")}
    assert found == python_files(Path("nasbench_db")) | migrations
    assert (installed / "nasbench_db" / "py.typed").exists()
    templates = Path("nasbench_db", "commands", "pages", "templates")
    pages = [path.name for path in (PROJECT / templates).glob("*.html")]
    assert pages
    assert all((installed / templates / name).exists() for name in pages)
    (metadata,) = (path for path in installed.iterdir() if path.name != "nasbench_db")
    assert metadata.name == f"nasbench_db-{nasbench_db.__version__}.dist-info"
    entries = (metadata / "entry_points.txt").read_text(encoding="utf-8")
    assert "nasbench-db = nasbench_db.commands.cli:main" in entries
    assert "[datasette]\nnasbench_db = nasbench_db.commands.pages" in entries


def test_an_installed_wheel_has_the_real_numbers_and_their_licences(installed: Path) -> None:
    """All of them, in less than three megabytes."""
    patterns = ("*/*.xz", "*/*.tfrecord", "*/sample-notice.txt")
    package = PROJECT / "nasbench_db"
    wanted = {path.relative_to(package) for one in patterns for path in package.glob(one)}
    assert len(wanted) > 8
    for path in wanted:
        carried = installed / "nasbench_db" / path
        assert carried.read_bytes() == (package / path).read_bytes()
    licences = {path.name for path in installed.glob("*.dist-info/licenses/**/*.txt")}
    assert licences == {path.name for path in (PROJECT / "licences").iterdir()}
    assert sum((package / path).stat().st_size for path in wanted) < 2_500_000


def test_an_installed_wheel_finds_its_migrations(
    installed: Path,
    source: Path,
    tmp_path: Path,
    run: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    """And builds a database."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    ended = run("-c", RESOLVED, source, tmp_path / "x.db", env=environment)
    assert ended.stderr == ""
    package, *folders, trials = ended.stdout.splitlines()
    assert Path(package).parent == installed / "nasbench_db"
    assert [Path(folder) for folder in folders] == [
        installed / "nasbench_db" / "migrations" / name for name in BENCHMARKS
    ]
    assert trials == "1092"


def test_an_editable_installation_is_one_static_line(tmp_path: Path) -> None:
    """So it is found by mypy and editors, and from the folder above a checkout of its name."""
    with zipfile.ZipFile(build("editable", tmp_path)) as wheel:
        names = [name for name in wheel.namelist() if ".dist-info/" not in name]
        assert [Path(name).suffix for name in names] == [".pth"]
        assert wheel.read(names[0]).decode() == str(PROJECT)


def test_the_sdist_holds_what_a_packager_needs(tmp_path: Path) -> None:
    """Among it the tests with what they share, and all that is said of the program."""
    with tarfile.open(build("sdist", tmp_path)) as archive:
        found = {name.partition("/")[2] for name in archive.getnames()}
    for folder in ("nasbench_db", "migrations", "tests", "scripts"):
        assert python_files(Path(folder)) <= found
    for pattern in (
        "*.md",
        "*.cfg",
        "*.toml",
        "*.cff",
        "LICENSE",
        "docs/*.*",
        "docs/pictures/*",
        "notebooks/*.ipynb",
    ):
        wanted = {path.relative_to(PROJECT).as_posix() for path in PROJECT.glob(pattern)}
        assert wanted, pattern
        assert wanted <= found
