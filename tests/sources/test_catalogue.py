"""What is known of published files: it is well-formed, and each benchmark has one to take."""

from __future__ import annotations

import dataclasses
import json
import re
from urllib.parse import urlsplit

import pytest

from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.errors import DownloadError
from nasbench_db.nasbench101.published import PUBLISHED_SHA256
from nasbench_db.sources.catalogue import SourceFile, find, find_at

CATALOGUE = {name: benchmark.published for name, benchmark in BENCHMARKS.items()}
NB101 = CATALOGUE["nasbench101"]
FILES = [file for files in CATALOGUE.values() for file in files]
each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def test_every_benchmark_has_a_file_that_a_program_can_fetch_and_ingest() -> None:
    """The recommended one, and not NNI's database of it."""
    for files in CATALOGUE.values():
        recommended = find(files)
        assert recommended is files[0]
        assert recommended.kind == "original"
        assert recommended.addresses


def test_no_two_files_have_the_same_name() -> None:
    """Upper and lower case are equal on some systems."""
    names = [file.name.lower() for file in FILES]
    assert len(set(names)) == len(names)


def test_no_address_gives_two_files() -> None:
    addresses = [address for file in FILES for address in file.addresses]
    assert len(set(addresses)) == len(addresses)


@each
def test_a_name_is_a_plain_file_name(file: SourceFile) -> None:
    """It becomes a path, and part of the commands that are told."""
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", file.name)
    assert CATALOGUE[file.benchmark].count(file) == 1


@each
def test_a_person_finds_every_file(file: SourceFile) -> None:
    assert file.pages
    for page in file.pages:
        address, _, note = page.partition(" ")
        assert urlsplit(address).scheme == "https"
        assert not note or re.fullmatch(r"\[code \w{4}\]", note)


@each
def test_every_address_is_a_secure_one(file: SourceFile) -> None:
    for address in file.addresses:
        parts = urlsplit(address)
        assert parts.scheme == "https"
        assert parts.hostname
        assert parts.username is None
        assert " " not in address


@each
def test_hashes_are_well_formed(file: SourceFile) -> None:
    """They are compared as text; a few digits are what some names carry."""
    for digits, whole in ((file.sha256, 64), (file.md5, 32)):
        if digits is not None:
            assert re.fullmatch(r"[0-9a-f]+", digits)
            assert 5 <= len(digits) <= whole
    assert file.has_hash is (file.sha256 is not None or file.md5 is not None)


@each
def test_what_is_known_of_a_file_has_somebody_who_says_so(file: SourceFile) -> None:
    assert (file.authority is not None) is (file.size is not None or file.has_hash)
    assert file.size is None or file.size > 100_000


@each
def test_the_digits_in_a_name_are_those_of_the_hash(file: SourceFile) -> None:
    """NATS-Bench and NAS-Bench-201 name the end of the MD5, NNI the beginning of the SHA-256.

    The archives of NATS-Bench bear the digits of the single file.
    """
    found = re.fullmatch(r".*-([0-9a-f]{5,8})(\.pth|\.pickle\.pbz2|\.db)", file.name)
    if found is None:
        named_so = ("nasbench201", "natssss")
        assert (
            file.kind in ("archive", "repacked", "measurements") or file.benchmark not in named_so
        )
    elif file.kind == "nni database":
        assert file.sha256 == found[1]
    else:
        assert file.md5 is not None
        assert file.md5.endswith(found[1])


@each
def test_a_description_is_one_line(file: SourceFile) -> None:
    assert file.description
    assert file.description.isprintable()


@each
def test_the_facts_are_json_and_name_licence_and_citation(file: SourceFile) -> None:
    benchmark = BENCHMARKS[file.benchmark]
    (facts,) = (each for each in benchmark.facts() if each["name"] == file.name)
    assert json.loads(json.dumps(facts)) == facts
    assert facts["licence"] == (file.licence or benchmark.licence)
    assert facts["paper"] == (file.paper or benchmark.paper)
    assert (file.licence is not None) is (file.kind == "measurements")
    assert facts["recommended"] is (file is CATALOGUE[file.benchmark][0])
    assert (facts["name"], facts["sha256"], facts["size_bytes"]) == (
        file.name,
        file.sha256,
        file.size,
    )


def test_the_identity_says_all_that_is_known() -> None:
    file = find(NB101)
    assert file.identity == f"2,085,986,016 bytes and the SHA-256 {file.sha256}"
    partly = dataclasses.replace(file, size=None, sha256="209f5694", md5="e61699")
    assert partly.identity == "the SHA-256 beginning 209f5694 and the MD5 ending e61699"
    assert dataclasses.replace(file, size=None, sha256=None).identity == ""


def test_a_file_is_found_by_its_name() -> None:
    for file in FILES:
        assert find(CATALOGUE[file.benchmark], file.name) is file


def test_an_unknown_name_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(DownloadError, match=r"known are nasbench_full\.tfrecord, ") as caught:
        find(NB101, "nasbench_ful.tfrecord")
    assert "did you mean nasbench_full.tfrecord?" in str(caught.value)
    with pytest.raises(DownloadError, match="has no file 'thesis'"):
        find(NB101, "thesis")


def test_an_address_tells_which_file_it_gives() -> None:
    """By its last part, or because it is a published one; otherwise it is the recommended file."""
    part = find(NB101, "nasbench_only108.tfrecord")
    assert find_at(NB101, "https://mirror.org/a/nasbench_only108.tfrecord?x=1") is part
    assert find_at(NB101, "https://mirror.org/a/nasbench%5Fonly108.tfrecord") is part
    assert find_at(NB101, "https://mirror.org/a/data") is find(NB101)
    for file in FILES:
        for address in file.addresses:
            assert find_at(CATALOGUE[file.benchmark], address) is file


def test_ingestion_knows_two_hashes() -> None:
    assert list(PUBLISHED_SHA256) == ["nasbench_full.tfrecord", "nasbench_only108.tfrecord"]
