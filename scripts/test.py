"""Set everything up and run all checks: style, types, tests.

Needs Python 3.10 or later and nothing else::

    python3 scripts/test.py
"""

import sys

from _environment import prepare, run

if __name__ == "__main__":
    python = prepare("[test]")
    run(python, "-m", "ruff", "check", ".")
    run(python, "-m", "ruff", "format", "--check", ".")
    run(python, "-m", "mypy")
    run(python, "-m", "pytest", *sys.argv[1:])
