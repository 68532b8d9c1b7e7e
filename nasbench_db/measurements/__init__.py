"""Measurements beside a benchmark: latency, energy, zero-cost scores, robustness, and your own.

A measurement set is a small SQLite file beside the benchmark's database, with named values for
each architecture. It is made by :func:`nasbench_db.measure`, and named when the database is
opened: ``nasbench_db.connect("nasbench201", measurements=["hwnas"])``.
"""
