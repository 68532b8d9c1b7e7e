"""Build a database from original data files: ``nasbench-db ingest`` from a checkout.

::

    python scripts/ingest.py nasbench101 nasbench_full.tfrecord
"""

import sys

from nasbench_db.commands.cli import cli

if __name__ == "__main__":
    cli.main(args=["ingest", *sys.argv[1:]], prog_name="scripts/ingest.py")
