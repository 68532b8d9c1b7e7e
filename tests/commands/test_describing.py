"""The command prints what ``describe`` gives."""

import json

from click.testing import CliRunner

from nasbench_db.commands.cli import cli
from nasbench_db.describing import describe


def test_what_is_printed() -> None:
    """As text, as Markdown, and every field as JSON."""
    found = describe("nasbench201", "valid_acc")
    arguments = ["describe", "nasbench201", "valid_acc"]
    assert CliRunner().invoke(cli, arguments).stdout == f"{found}\n"
    printed = CliRunner().invoke(cli, [*arguments, "--format", "markdown"]).stdout
    assert printed == f"{found.markdown()}\n"
    printed = CliRunner().invoke(cli, [*arguments, "--format", "json"]).stdout
    columns = [column for table in json.loads(printed) for column in table["columns"]]
    assert [(c["table"], c["name"], c["unit"]) for c in columns] == [
        (c.table, c.name, c.unit) for c in found.columns
    ]
    whole = CliRunner().invoke(cli, ["describe", "transnas101"]).stdout
    assert whole == f"{describe('transnas101')}\n"


def test_what_there_is_not() -> None:
    """One line, with what was perhaps meant."""
    result = CliRunner().invoke(cli, ["describe", "nasbench101", "valid_ac"])
    assert result.exit_code == 1
    assert "did you mean 'valid_acc'" in result.stderr
    assert CliRunner().invoke(cli, ["describe", "nasbench999"]).exit_code == 2
