"""The pages of ``docs`` are what the program says, and name what there is."""

import re
import runpy
from pathlib import Path
from typing import Any

import click
import pytest

import nasbench_db
from nasbench_db import natsbench
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.commands.cli import cli
from nasbench_db.nasbench201 import api as nas201
from nasbench_db.natsbench import api_size, api_topology, api_utils

PROJECT = Path(__file__).resolve().parents[1]
DOCS = PROJECT / "docs"
SCRIPT = "scripts/write_docs.py"
WRITTEN: dict[str, Any] = runpy.run_path(str(PROJECT / SCRIPT))["PAGES"]
ARCHITECTURE = (DOCS / "architecture.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", WRITTEN)
def test_a_written_page_is_what_the_program_says(page: str) -> None:
    path = DOCS / page
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert kept == WRITTEN[page](), f"write {path.name} again with: python {SCRIPT}"
    assert SCRIPT in kept


def test_every_page_is_written_by_a_program_or_known() -> None:
    assert {path.name for path in DOCS.iterdir()} == {
        *WRITTEN,
        "architecture.md",
        "facts.md",
        "networks.md",
        "original-apis.md",
        "repacked.md",
        "performance.md",
        "searches.md",
        "withstands.md",
    }


def test_the_page_on_original_apis_names_what_the_drop_ins_have() -> None:
    """Methods of the drop-ins, and helpers in their modules."""
    page = (DOCS / "original-apis.md").read_text(encoding="utf-8")
    places = {
        "nas-bench-201": (nas201, nas201.NASBench201API, nas201.ArchResults, nas201.ResultsCount),
        "nats-bench": (
            *(natsbench, api_topology, api_size, api_utils),
            *(natsbench.NATStopology, natsbench.ResultsCount),
        ),
    }
    for section, owners in places.items():
        _, _, rest = page.partition(f"\n## {section}\n")
        rows = [row for row in rest.partition("\n## ")[0].splitlines() if row.startswith("| `")]
        assert len(rows) > 5
        for row in rows:
            first, *_, here = row.strip("| ").split(" | ")
            if here.startswith(("not there", "refused")):
                continue
            for name in re.findall(r"`(?:\w+\.)*(\w+)[^`]*`", first):
                known = any(hasattr(owner, name) for owner in owners)
                parameter = name in ("use_12epochs_result", "False", "hp")
                assert known or parameter or name == "genotype_utils", (section, name)


def test_every_public_name_is_in_the_snapshot() -> None:
    _, _, rest = WRITTEN["api.txt"]().partition("\nnasbench_db\n")
    section, _, _ = rest.partition("\n\n")
    found = set(re.findall(r"^    (?:class )?(\w+)", section, re.MULTILINE))
    assert found == set(nasbench_db.__all__)


def test_a_signature_is_in_the_snapshot_as_it_is_written() -> None:
    lines = WRITTEN["api.txt"]().splitlines()
    assert "    default_path(benchmark: str) -> Path" in lines
    assert "        regret(value: float) -> float" in lines
    assert all(f"nasbench_db.{benchmark}" in lines for benchmark in BENCHMARKS)
    assert not [line for line in lines if " at 0x" in line]


def test_every_command_and_option_has_its_place() -> None:
    page = WRITTEN["commands.md"]()

    def check(path: str, command: click.Command) -> int:
        _, _, rest = page.partition(f"\n## {path}\n")
        section, _, _ = rest.partition("\n## ")
        assert section, path
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert f"`{option.opts[0]}`" in section, (path, option.opts)
        if not isinstance(command, click.Group):
            return 1
        context = click.Context(command)
        inner = {
            name: command.get_command(context, name) for name in command.list_commands(context)
        }
        return sum(check(f"{path} {name}", found) for name, found in inner.items() if found)

    assert check("nasbench-db", cli) > 20


def test_the_architecture_names_what_there_is() -> None:
    named = re.findall(r"`((?:nasbench_db|migrations|scripts|tests|docs)/[\w/.]*)`", ARCHITECTURE)
    assert len(named) > 10
    assert [path for path in named if not (PROJECT / path).exists()] == []


def test_the_drawing_has_every_room() -> None:
    """And no other."""
    block = re.search(r"```\nnasbench_db/\n(.*?)```", ARCHITECTURE, re.DOTALL)
    assert block
    drawn = re.findall(r"^  ([\w.]+)", block[1], re.MULTILINE)
    package = PROJECT / "nasbench_db"
    there = {path.name for path in package.iterdir() if path.suffix in ("", ".py")}
    assert sorted(drawn) == sorted(name for name in there if not name.startswith("_"))


def test_other_helps_name_what_there_is() -> None:
    """Tests and scripts that the hooks and the guide for contributors run or tell of."""
    for name in (".pre-commit-config.yaml", "CONTRIBUTING.md"):
        text = (PROJECT / name).read_text(encoding="utf-8")
        named = set(re.findall(r"\b(?:docs|scripts|tests)/[\w/-]+(?:\.\w+)?", text))
        assert named
        assert [path for path in named if not (PROJECT / path).exists()] == []


def test_the_program_and_every_benchmark_can_be_cited() -> None:
    citation = (PROJECT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {nasbench_db.__version__}\n" in citation
    for benchmark in BENCHMARKS.values():
        title = re.search(r'"(.+)"', benchmark.paper)
        assert title
        assert f'title: "{title[1].rstrip(",")}"\n' in citation
