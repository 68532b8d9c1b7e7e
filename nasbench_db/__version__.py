"""The version of nasbench_db."""

__version__ = "0.1.0"
