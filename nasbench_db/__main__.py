"""``python -m nasbench_db`` is the command ``nasbench-db``."""

from nasbench_db.commands.cli import main

main()
