"""The checks of a database of the size search space, on real data."""

import contextlib

import nasbench_db
from nasbench_db.natssss.verify import verify
from nasbench_db.store.building import Report


def test_real_data_have_no_problems(real_sss: Report, memoised: None) -> None:
    """Those of two architectures; the checks are those of NAS-Bench-201 but for isomorphism."""
    with contextlib.closing(nasbench_db.connect("natssss", real_sss.path)) as db:
        findings = list(verify(db, progress=False))
    assert {finding[1:] for finding in findings} == {(0, "", True)}
    assert len(findings) == 27
