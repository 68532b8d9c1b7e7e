"""Set everything up and run the main job on a small scale: write, ingest, ask.

Needs Python 3.10 or later and nothing else::

    python3 scripts/demo.py
"""

from _environment import prepare, run

if __name__ == "__main__":
    run(prepare(), "-m", "nasbench_db", "demo")
