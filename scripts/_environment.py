"""A virtual environment for the project's scripts, made with nothing but Python's own tools."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = PROJECT / ".venv"
INSTALLED = ENVIRONMENT / "nasbench_db_installed.txt"
"""What tells the installation that the environment has: a hash of its basis, and its extras."""


@contextlib.contextmanager
def step(doing: str) -> Iterator[None]:
    """Say what is done, and when it is done or has failed, how long it took."""
    print(f"== {doing}", flush=True)
    begun = time.monotonic()
    ended = "ended"
    try:
        yield
        ended = "done"
    finally:
        print(f"== {ended} after {time.monotonic() - begun:.1f} s: {doing}", flush=True)


def prepare(*extras: str) -> Path:
    """Make ``.venv`` in the checkout, install the project into it, and return its Python.

    Nothing is installed where all of it is there already, by the note that is left in the
    environment: with the same ``pyproject.toml``, by the same Python, in the same folder.

    Args:
        extras: extras to install with it, such as ``"test"``. Those that it has, stay.
    """
    python = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        with step(f"making a virtual environment in {ENVIRONMENT}"):
            venv.create(ENVIRONMENT, with_pip=True)
    basis = _basis(python)
    noted, *there = INSTALLED.read_text("utf-8").split() if INSTALLED.exists() else [""]
    wanted = sorted({*extras, *there})
    if noted == basis and wanted == there:
        print(f"== {ENVIRONMENT} has what is needed; to make it anew, delete it", flush=True)
        return python
    project = f"{PROJECT}[{','.join(wanted)}]" if wanted else str(PROJECT)
    with step(f"installing nasbench_db and what it needs into {ENVIRONMENT}"):
        pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"]
        run(python, *pip, "install", "--editable", project)
    INSTALLED.write_text("\n".join([basis, *wanted]), "utf-8", newline="\n")
    return python


def _basis(python: Path) -> str:
    """A hash of all that decides what an installation gives."""
    version = subprocess.run([python, "-VV"], capture_output=True, check=True).stdout
    parts = version, os.fsencode(PROJECT), (PROJECT / "pyproject.toml").read_bytes()
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def run(python: Path, *arguments: str) -> None:
    """Run a Python program in the project's folder; end with its exit status if it fails."""
    status = subprocess.run([python, *arguments], cwd=PROJECT).returncode
    if status:
        sys.exit(status)
