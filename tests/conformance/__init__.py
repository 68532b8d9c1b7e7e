"""What every benchmark must do: one class of tests, and one fixture to override.

A benchmark's ``test_conformance.py`` subclasses :class:`Conformance` and says in the fixture
``guest`` what the benchmark is. What it cannot do is among its gaps, with the error that it gives;
when it can, that test fails until the gap is taken out.
"""

from conformance.answers import Answers
from conformance.commands import Commands
from conformance.files import Files
from conformance.guest import Guest, Lacks, Row
from conformance.helper import Helper
from conformance.questions import Questions
from conformance.served import Served
from conformance.tables import Tables
from conformance.words import Words

__all__ = ["Conformance", "Guest", "Lacks", "Row", "ServedConformance"]


class Conformance(Tables, Helper, Answers, Words, Questions, Commands, Files):
    """The tests that every benchmark passes, but for its gaps."""


class ServedConformance(Served, Helper, Answers, Words, Questions, Commands):
    """Those of them that are not about the file, over a server that it was copied to."""
