"""A virtual environment for the project's scripts, made with nothing but Python's own tools."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ENVIRONMENT = PROJECT / ".venv"


def prepare(extras: str = "") -> Path:
    """Make ``.venv`` in the checkout, install the project into it, and return its Python.

    Args:
        extras: extras to install with it, such as ``"[test]"``.
    """
    python = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        print(f"Making a virtual environment in {ENVIRONMENT}", flush=True)
        venv.create(ENVIRONMENT, with_pip=True)
    print("Installing nasbench_db and what it needs", flush=True)
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    # The default way of an editable install is not found by a Python that is started in the
    # folder above the checkout, which it takes for the package itself.
    settings = ["--config-settings", "editable_mode=compat"]
    subprocess.run([*pip, "install", *settings, "--editable", f"{PROJECT}{extras}"], check=True)
    return python


def run(python: Path, *arguments: str) -> None:
    """Run a Python program in the project's folder; end with its exit status if it fails."""
    status = subprocess.run([python, *arguments], cwd=PROJECT).returncode
    if status:
        sys.exit(status)
