"""From a NAS-Bench-201 database to a file: the flat view."""

from nasbench_db.ask.exporting import export_database as export

__all__ = ["export"]
