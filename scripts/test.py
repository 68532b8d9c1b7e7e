"""Set everything up and run all checks: style, format, types, tests.

Needs Python 3.10 or later and nothing else. Each step says what it does and how long it took;
the first that fails ends it. Arguments are pytest's::

    python3 scripts/test.py
    python3 scripts/test.py tests/ask -k reduction

The tests of networks need PyTorch, which is large, and are skipped without it; ``TEST_EXTRAS``
names further extras to install: ``TEST_EXTRAS=test-torch python3 scripts/test.py``.

Tests with examples made at random get the same ones each time here; plain ``pytest`` makes new
ones.
"""

import os
import sys

from _environment import prepare, run, step

CHECKS = {
    "style (ruff check)": ["ruff", "check", "."],
    "format (ruff format)": ["ruff", "format", "--check", "."],
    "types (mypy)": ["mypy"],
    "tests (pytest)": ["pytest", "--hypothesis-profile=repeatable", *sys.argv[1:]],
}

if __name__ == "__main__":
    python = prepare("test", *os.environ.get("TEST_EXTRAS", "").split())
    for name, arguments in CHECKS.items():
        with step(name):
            run(python, "-m", *arguments)
