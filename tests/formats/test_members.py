"""The files of a source: alone, of a folder, or in an archive."""

import zipfile
from pathlib import Path

import pytest

from nasbench_db.errors import SourceError
from nasbench_db.formats.members import opened

FILES = {"b.json": b"[2]", "a.JSON": b"[1]" * 200_000, "notes.txt": b"no", ".c.json": b"hidden"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "set"
    (place / "inner.json").mkdir(parents=True)
    for name, content in FILES.items():
        (place / name).write_bytes(content)
    return place


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "set.bin"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in FILES.items():
            packed.writestr(f"data/{name}", content)
        packed.writestr("__MACOSX/data/b.json", b"no")
    return path


def content(path: Path) -> dict[str, bytes]:
    with opened(path, ".json") as members:
        found = {}
        for member in members:
            seen: list[bytes] = []
            found[member.name] = b"".join(member.blocks(seen.append))
            assert b"".join(seen) == found[member.name] == member.read(member.size)
            assert member.size == len(found[member.name])
            assert member.place.startswith(str(path))
        return found


def test_a_folder_and_an_archive_have_the_same_files(folder: Path, archive: Path) -> None:
    """In the order of their names; other files, hidden ones and folders are none."""
    expected = {name: FILES[name] for name in ("a.JSON", "b.json")}
    for source in (folder, archive):
        found = content(source)
        assert found == expected
        assert list(found) == sorted(found)
    assert content(folder / "notes.txt") == {"notes.txt": b"no"}


def test_a_file_that_is_too_long_is_not_read_at_once(folder: Path, archive: Path) -> None:
    for source in (folder, archive):
        with opened(source, ".json") as members:
            assert members[1].read(3) == b"[2]"
            with pytest.raises(SourceError, match=r"a.JSON has more than 100 bytes"):
                members[0].read(100)


def test_what_has_no_such_file_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    for source, reason in (
        (tmp_path / "empty.zip", "the archive .*empty.zip has no file that ends in .json"),
        (tmp_path, "the folder .* has no file that ends in .json"),
    ):
        with pytest.raises(SourceError, match=reason), opened(source, ".json"):
            pass
    with (
        opened(tmp_path / "absent.json", ".json") as (member,),
        pytest.raises(SourceError, match="there is no such file"),
    ):
        member.read(9)


def test_damage_is_told(archive: Path) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[:-30])
    with pytest.raises(SourceError, match="truncated or damaged"), opened(archive, ".json"):
        pass
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("data/a.json", b"[1234567]")
    archive.write_bytes(archive.read_bytes().replace(b"[1234567]", b"[1234568]"))
    with (
        opened(archive, ".json") as (member,),
        pytest.raises(SourceError, match=r"data/a.json is damaged: Bad CRC.*fetch the archive"),
    ):
        member.read(100)
