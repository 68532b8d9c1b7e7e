"""How long work is shown while it is done."""

import io

import pytest

from nasbench_db.store.progress import tqdm


class Terminal(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_log_gets_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """One at the end at least, with how much was done, and nothing that moves a cursor."""
    with tqdm(total=10, unit="row", desc="reading") as bar:
        for _ in range(10):
            bar.update()
        bar.clear()
    text = capsys.readouterr().err
    assert text.startswith("reading: 100% 10/10")
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert text.rstrip("\n").isprintable()


def test_an_early_error_comes_without_a_bar(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither on a terminal nor elsewhere."""
    with pytest.raises(ValueError, match="early"), tqdm(total=10):
        raise ValueError("early")
    assert capsys.readouterr().err == ""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with pytest.raises(ValueError, match="early"), tqdm(total=10):
        raise ValueError("early")
    assert terminal.getvalue() == ""


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with tqdm(total=10, delay=0) as bar:
        bar.update(5)
    assert "\r" in terminal.getvalue()
    assert "5/10" in terminal.getvalue()


def test_nothing_is_said_if_nothing_is_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    with tqdm(total=10, disable=True) as bar:
        bar.update(5)
    assert capsys.readouterr().err == ""
