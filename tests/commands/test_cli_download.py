"""``nasbench-db download``: the path on stdout, all else on stderr, and what files there are."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.file_server import Answer, FileServer

from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.commands.cli import cli
from nasbench_db.nasbench101 import published as nasbench101
from nasbench_db.sources import transferring
from nasbench_db.sources.catalogue import SourceFile


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server that has nothing yet."""
    with FileServer().running() as running:
        yield running


@pytest.fixture
def file(server: FileServer, source: Path, monkeypatch: pytest.MonkeyPatch) -> SourceFile:
    """The one published file of NAS-Bench-101, which the server has."""
    content = source.read_bytes()
    published = SourceFile(
        "small.tfrecord",
        "nasbench101",
        "made by the test",
        ("https://example.org/page",),
        (server.serve("/small.tfrecord", Answer(content)),),
        len(content),
        hashlib.sha256(content).hexdigest(),
        authority="the test",
    )
    monkeypatch.setattr(nasbench101, "FILES", (published,))
    monkeypatch.setattr(transferring, "PAUSES", ())
    monkeypatch.setenv("NO_PROXY", "*")
    return published


def invoke(*arguments: object) -> Result:
    """Run ``nasbench-db download`` in this process."""
    return CliRunner().invoke(cli, ["download", *map(str, arguments)])


def failure(*arguments: object) -> str:
    """The line that a failure is told in."""
    result = invoke(*arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    line = result.stderr.splitlines()[-1]
    assert line.startswith("Error: ")
    return line


def usage_error(*arguments: object) -> str:
    """What wrong usage is told with."""
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    return result.stderr


def test_the_path_is_printed_and_the_next_command_told(
    file: SourceFile, databases: Path, source: Path
) -> None:
    """The command works as it is told."""
    result = invoke("nasbench101")
    assert result.exit_code == 0, result.stderr
    path = databases / "small.tfrecord"
    assert result.stdout == f"{path}\n"
    assert path.read_bytes() == source.read_bytes()
    told = result.stderr.splitlines()[-1]
    assert told == f'Next: nasbench-db ingest nasbench101 "{path}"'
    name, *arguments = shlex.split(told.removeprefix("Next: "))
    assert name == "nasbench-db"
    ingested = CliRunner().invoke(cli, [*arguments, "--quiet"])
    assert ingested.exit_code == 0, ingested.stderr
    assert (databases / "nasbench101.db").exists()


def test_quiet_prints_the_path_alone(file: SourceFile, databases: Path) -> None:
    result = invoke("nasbench101", "--quiet")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{databases / 'small.tfrecord'}\n"


def test_a_file_that_is_there_is_only_checked(
    file: SourceFile, server: FileServer, databases: Path, source: Path
) -> None:
    """Its user may have brought it in another way."""
    databases.mkdir()
    path = databases / "small.tfrecord"
    path.write_bytes(source.read_bytes())
    assert invoke("nasbench101").stdout == f"{path}\n"
    assert server.requests == []
    path.write_bytes(b"x" + source.read_bytes()[1:])
    assert "is not the published file: its SHA-256 is" in failure("nasbench101")


def test_file_and_folder_can_be_given(file: SourceFile, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    result = invoke("nasbench101", "--file", "small.tfrecord", "--dir", folder, "--quiet")
    assert result.stdout == f"{folder / 'small.tfrecord'}\n"
    assert "known are small.tfrecord" in failure("nasbench101", "--file", "thesis.pdf")


def test_a_mirror_can_be_given(file: SourceFile, server: FileServer, source: Path) -> None:
    mirror = server.serve("/mirror", Answer(source.read_bytes()))
    assert invoke("nasbench101", "--from", mirror, "--quiet").exit_code == 0
    assert [request.path for request in server.requests] == ["/mirror"]


def test_a_dead_link_is_told_in_one_line_with_what_to_do(
    file: SourceFile, server: FileServer, databases: Path
) -> None:
    """The command to run with the file comes last, so that it can be copied."""
    server.serve("/small.tfrecord", Answer(b"", status=404))
    line = failure("nasbench101", "--quiet")
    path = databases / "small.tfrecord"
    assert f"{file.addresses[0]}: the link is dead (404 Not Found)." in line
    assert f"({file.pages[0]}), save it as {path}" in line
    assert file.identity in line
    assert line.endswith('nasbench-db ingest nasbench101 "PATH_OF_THE_FILE"')


def test_what_is_no_web_address_is_refused(file: SourceFile) -> None:
    line = failure("nasbench101", "--from", "ftp://example.org/small.tfrecord")
    assert "is not an address that begins with https:// or http://" in line


def test_the_list_has_a_line_for_each_file(databases: Path) -> None:
    """Its name, size, the published digits of a hash, and what one can do."""
    databases.mkdir()
    (databases / "nasbench_only108.tfrecord").write_bytes(b"")
    header, _, *lines = invoke("--list").stdout.splitlines()
    assert header.split() == ["name", "benchmark", "size_mb", "hash", "status"]
    files = [file for benchmark in BENCHMARKS.values() for file in benchmark.published]
    assert len(lines) == len(files)
    for line, file in zip(lines, files, strict=True):
        assert line.split()[:2] == [file.name, file.benchmark]
        assert file.sha256 is None or f"sha256 {file.sha256[:8]}" in line
        assert ("recommended" in line) == (file is BENCHMARKS[file.benchmark].published[0])
        here = file.name == "nasbench_only108.tfrecord"
        reach = "here" if here else "to download" if file.addresses else "by browser only"
        assert line.endswith(reach)


def test_the_long_list_names_every_file_with_all_that_is_known() -> None:
    result = invoke("--list", "--long")
    assert result.exit_code == 0
    blocks = result.stdout.split("\n\n")
    files = [file for benchmark in BENCHMARKS.values() for file in benchmark.published]
    assert len(blocks) == len(files)
    for block, file in zip(blocks, files, strict=True):
        lines = [line.split(maxsplit=1) for line in block.splitlines()]
        assert ["name", file.name] in lines
        assert ["description", file.description] in lines
        assert ["licence", file.licence or BENCHMARKS[file.benchmark].licence] in lines
        assert ["paper", file.paper or BENCHMARKS[file.benchmark].paper] in lines
        assert [text for key, text in lines if key == "pages"] == list(file.pages)
        assert [text for key, text in lines if key == "addresses"] == list(file.addresses)
        known = {"size_bytes": file.size, "sha256": file.sha256, "md5": file.md5}
        told = {key: text for key, text in lines if key in known}
        assert told == {key: str(value) for key, value in known.items() if value is not None}


def test_the_list_is_json_as_well() -> None:
    """Of all, of a benchmark, or of a file."""
    told = json.loads(invoke("--list", "--format", "json").stdout)
    assert told == [fact for benchmark in BENCHMARKS.values() for fact in benchmark.facts()]
    for arguments, count in (
        (["natssss"], 3),
        (["natssss", "--file", "NATS-sss-v1_0-50262-simple.tar"], 1),
    ):
        told = json.loads(invoke(*arguments, "--list", "--format", "json").stdout)
        assert [one["benchmark"] for one in told] == ["natssss"] * count


def test_the_list_downloads_nothing(file: SourceFile, server: FileServer, databases: Path) -> None:
    assert "small.tfrecord" in invoke("nasbench101", "--list").stdout
    assert server.requests == []
    assert not databases.exists()


def test_another_kind_of_file_is_told_with_its_own_command(
    file: SourceFile, databases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NNI's database is migrated, to where the benchmark's is looked for."""
    other = dataclasses.replace(file, kind="nni database")
    monkeypatch.setattr(nasbench101, "FILES", (other,))
    told = invoke("nasbench101").stderr.splitlines()[-1]
    path = databases / "small.tfrecord"
    assert told == f'Next: nasbench-db migrate "{path}" --to "{databases / "nasbench101.db"}"'


def test_wrong_usage_is_told_as_such() -> None:
    assert "give a BENCHMARK, or --list" in usage_error()
    assert "'nasbench102'; known are" in usage_error("nasbench102")
    assert "--format is for --list" in usage_error("nasbench101", "--format", "json")
    assert "--long is for --list" in usage_error("nasbench101", "--long")
    assert "leave out --dir and --from" in usage_error("--list", "--dir", "x")
    assert "leave out --dir and --from" in usage_error("--list", "--from", "https://x/")
    assert "give the BENCHMARK" in usage_error("--list", "--file", "x")


def test_the_help_names_an_example() -> None:
    assert "nasbench-db download nasbench101" in invoke("--help").stdout
