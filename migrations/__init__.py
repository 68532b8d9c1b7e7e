"""Schema migrations, one folder for each benchmark, installed as ``nasbench_db.migrations``."""
