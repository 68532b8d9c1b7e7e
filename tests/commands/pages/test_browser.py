"""What a person sees in a real browser, and how serving begins and ends."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datasette", reason="needs the extra serve")

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def started(*arguments: object) -> tuple[subprocess.Popen[str], str]:
    """The command in a process of its own, and the address that it tells."""
    command = [sys.executable, "-m", "nasbench_db", "serve", *map(str, arguments)]
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.match(r"(http://\S+)  \(Ctrl-C ends it\)$", line)
    assert found, (line, process.communicate())
    return process, found[1]


def ended(process: subprocess.Popen[str], number: int) -> tuple[int, str]:
    """How a process ends by a signal: its status, and what it has said."""
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    return process.returncode, errors


@pytest.fixture(scope="module")
def address(explored: dict[str, Path]) -> Iterator[str]:
    process, found = started(explored["nasbench201"], explored["nasbench101"])
    yield found
    assert ended(process, signal.SIGINT) == (0, "")


def test_it_listens_on_loopback_and_takes_another_port(
    address: str, explored: dict[str, Path]
) -> None:
    """While one runs; a signal ends the second in order as well."""
    process, other = started(explored["nds"], "--port", 0)
    assert other.startswith("http://127.0.0.1:")
    assert other != address
    assert ended(process, signal.SIGTERM) == (128 + signal.SIGTERM, "")
    with closing(socket.socket()) as again, pytest.raises(ConnectionRefusedError):
        again.connect(("127.0.0.1", int(other.rpartition(":")[2].strip("/"))))


@pytest.fixture
def browser() -> Iterator[Any]:
    """Debian's Chromium, or another one that is there."""
    if BROWSER is None:
        pytest.skip("needs chromium, chromium-browser or google-chrome on the path")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra test")
    # Chromium refuses its own sandbox to root, whom containers run as.
    arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=BROWSER, args=arguments)
        yield found
        found.close()


def test_a_person_finds_the_best_and_looks_at_it(browser: Any, address: str) -> None:
    """From the front page over a question to an architecture; on a wide and a narrow screen."""
    page = browser.new_page()
    page.set_default_timeout(20_000)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda r: None if r.url.startswith((address, "data:")) else wrong.append(r.url),
    )
    page.goto(address)
    page.click(".nasbench-bar a >> text=nasbench201")
    page.click(".nasbench-bar a >> text=The best architectures")
    page.select_option("select[name=dataset]", "cifar100")
    page.select_option("select[name=num_epochs]", "200")
    page.select_option("select[name=by]", "test_acc")
    page.click("input[type=submit]")
    assert page.locator("select[name=dataset]").input_value() == "cifar100"
    drawings = page.locator("tbody a.nasbench-arch svg")
    assert drawings.count() == 9
    box = drawings.first.bounding_box()
    assert box["height"] > 50
    assert box["width"] > 20
    assert "test_acc (%)" in page.locator("thead").inner_text()
    assert fits(page)
    index = page.locator("tbody a.nasbench-arch > span").first.inner_text().strip()
    page.click("tbody a.nasbench-arch >> nth=0")
    page.wait_for_url("**/architecture?*")
    assert page.locator(".nasbench-drawing svg").bounding_box()["width"] > 200
    facts = page.locator("table").first.inner_text().split()
    assert facts[facts.index("arch_index") + 1] == index
    assert loaded(page.locator("img.nasbench-figure"))
    assert fits(page)
    page.click(".nasbench-bar a >> text=What nothing beats")
    page.select_option("select[name=dataset]", "cifar100")
    page.click("input[type=submit]")
    assert loaded(page.locator("img.nasbench-figure"))
    assert fits(page)
    page.goto(f"{address}nasbench201/nb201?_size=3")
    unit = "getComputedStyle(document.querySelector('th.col-train_acc'), '::after').content"
    assert page.evaluate(unit) == '" (%)"'
    assert wrong == []
    page.close()


def fits(page: Any) -> bool:
    """Whether a page is no wider than its window: that of a desk, and that of a phone."""
    widths = []
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        widths.append(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
    return max(widths) <= 0


def loaded(image: Any) -> bool:
    """Whether an image is there to be seen."""
    return bool(
        image.first.evaluate("image => image.decode().then(() => image.naturalWidth > 99)")
    )
