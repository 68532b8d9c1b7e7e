"""The pages of databases: what they show of them, and what they say of their numbers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import nasbench_db
from nasbench_db import explore
from nasbench_db.benchmarks import BENCHMARKS
from nasbench_db.errors import InvalidQuery

pytest.importorskip("datasette", reason="needs the extra serve")

from nasbench_db.commands.pages.questions import QUESTIONS

Get = Callable[[str], Any]


@pytest.fixture(scope="module")
def running() -> ModuleType:
    """The module that serves, imported late: that takes long, and not all processes need it."""
    from nasbench_db.commands.pages import running

    return running


@pytest.fixture(scope="module")
def get(
    running: ModuleType,
    explored: dict[str, Path],
    samples: dict[str, Path],
    tmp_path_factory: Any,
) -> Get:
    """Gets a page of the databases of all benchmarks, and of the sample of NAS-Bench-101."""
    sample = tmp_path_factory.mktemp("served") / "real one.db"
    sample.symlink_to(samples["nasbench101"])
    handles = [nasbench_db.connect(name, path) for name, path in explored.items()]
    datasette = running.datasette_of([*handles, nasbench_db.connect("nasbench101", sample)])
    asyncio.run(datasette.invoke_startup())
    return lambda path: asyncio.run(datasette.client.get(path))


def page(get: Get, path: str, status: int = 200) -> str:
    response = get(path)
    assert response.status_code == status, (path, response.text)
    return str(response.text)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_rows_have_drawings_that_lead_to_architectures(get: Get, name: str) -> None:
    """In the view, and in the table of configs, beside what names the architecture."""
    schema = BENCHMARKS[name].schema
    for table in (schema.view, schema.config._meta.table_name):
        text = page(get, f"/{name}/{table}?_size=3")
        links = re.findall(r'<a class="nasbench-arch" href="([^"]+)"><svg', text)
        assert len(links) == 3
    shown = page(get, links[0].replace("&amp;", "&"))
    assert "<svg" in shown
    assert all(metric in shown for metric in BENCHMARKS[name].metrics)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_question_is_answered_on_its_own_choices(get: Get, name: str) -> None:
    """As its form is filled in at first; curves have a figure, and so have fronts."""
    home = page(get, f"/-/nasbench/{name}")
    forms = re.findall(r'action="/-/nasbench/\w+/(\w+)" method', home)
    has_curves = BENCHMARKS[name].schema.intermediate is not None
    assert forms == [key for key in QUESTIONS if key != "curves" or has_curves]
    for key in forms:
        form = page(get, f"/-/nasbench/{name}/{key}")
        fields = dict(re.findall(r'<select name="(\w+)">.*?<option selected>([^<]+)', form, re.S))
        fields |= dict(re.findall(r'<input name="(\w+)" value="([^"]*)"', form))
        assert fields
        query = "&".join(f"{field}={value}" for field, value in fields.items())
        response = get(f"/-/nasbench/{name}/{key}?{query}")
        if key == "report" and name in ("nasbenchmacro", "nds"):  # nothing to select by
            assert response.status_code == 400
            assert "has no validation split" in response.text
            continue
        assert response.status_code == 200, response.text
        assert "<tbody><tr>" in response.text
        assert ('class="nasbench-figure"' in response.text) == (key in ("front", "curves"))


def test_an_answer_is_that_of_the_function(get: Get, explored: dict[str, Path]) -> None:
    """In its order, with units in the headings, a drawing in each row, and the SQL."""
    text = page(get, "/-/nasbench/nasbench101/best?num_epochs=108&by=valid_acc&k=10")
    table = explore.top(
        10,
        by="valid_acc",
        num_epochs=108,
        db=nasbench_db.connect("nasbench101", explored["nasbench101"]),
    )
    assert re.findall(r"<span>([0-9a-f]{32})</span>", text) == [row["hash"] for row in table]
    assert "valid_acc <small>(%)</small>" in text
    assert "training_time <small>(s)</small>" in text
    assert "parameters <small>(millions)</small>" in text
    rows = list(table)
    assert text.count('<a class="nasbench-arch"') == len(rows) == text.count("</svg><span>")
    assert f"{rows[0]['valid_acc']:.6g}" in text
    assert "<details><summary>The SQL" in text


def test_a_question_that_cannot_be_asked_says_why(get: Get) -> None:
    text = page(
        get, "/-/nasbench/nasbench201/best?dataset=cifar10&num_epochs=200&by=valid_acc", 400
    )
    assert "to select take valid_acc of &#39;cifar10-valid&#39;" in text
    for wrong in ("by=1)--", "k=x", "num_epochs=<b>"):
        text = page(get, f"/-/nasbench/nasbench101/best?{wrong}", 400)
        assert "there is no" in text
        assert "<b>" not in text


def test_what_there_is_not_is_not_found(get: Get) -> None:
    assert "no such database" in page(get, "/-/nasbench/none", 404)
    assert 'role="alert"' in page(get, "/-/nasbench/nasbench101/architecture?arch=x", 404)
    assert 'role="alert"' in page(get, "/-/nasbench/nasbench101/architecture?arch={", 404)


def test_every_page_says_what_must_be_said(get: Get, explored: dict[str, Path]) -> None:
    """Datasette's own and ours: that metrics are made up, or that they are a sample."""
    for path in ("/nasbench101", "/nasbench101/nb101", "/nasbench101/nb101trialstats/1"):
        assert "SYNTHETIC" in page(get, path).partition("<header")[0]
    for path in ("", "/best", "/architecture?arch=x"):
        status = 404 if "=" in path else 200
        assert "SYNTHETIC" in page(get, f"/-/nasbench/nasbench101{path}", status)
    assert "this is a SAMPLE" in page(get, "/real~20one/nb101").partition("<header")[0]
    assert "this is a SAMPLE" in page(get, "/-/nasbench/real~20one")
    front = page(get, "/").partition("<header")[0]
    assert front.count("nasbench-bar") == len(explored) + 1
    assert "SAMPLE" in front


def test_units_stand_behind_the_names_of_columns(get: Get) -> None:
    """By a style of each database, which its pages name, and which others do not."""
    assert "/-/nasbench/nasbench101/units.css" in page(get, "/nasbench101/nb101")
    style = page(get, "/-/nasbench/nasbench101/units.css")
    assert 'th.col-valid_acc::after { content: " (%)"' in style
    assert 'th.col-training_time_mean::after { content: " (s)"' in style
    assert "hash" not in style
    assert 'th.col-val_loss::after { content: " (nats per token)"' in page(
        get, "/-/nasbench/nlp/units.css"
    )


def test_a_measurement_set_is_shown_and_asked(
    running: ModuleType, explored: dict[str, Path], tmp_path: Path
) -> None:
    """As a table, as metrics of the questions, and of an architecture; and joined in SQL."""
    path = tmp_path / "nasbench201.db"
    path.write_bytes(explored["nasbench201"].read_bytes())
    (tmp_path / "hw.csv").write_text("arch_index,pi\n0,3.5\n10,1.25\n20,2\n")
    made = {"units": {"pi": "ms"}, "directions": {"pi": "min"}}
    nasbench_db.measure("hw", "nasbench201", tmp_path / "hw.csv", path, **made)
    handle = nasbench_db.connect("nasbench201", path, measurements=["hw"])
    datasette = running.datasette_of([handle])
    asyncio.run(datasette.invoke_startup())

    def get(where: str) -> Any:
        return asyncio.run(datasette.client.get(where))

    (name,) = datasette.databases.keys() - {"nasbench201", "_memory", "_internal"}
    assert "1.25" in page(get, datasette.urls.table(name, "hw"))
    home = page(get, "/-/nasbench/nasbench201")
    assert home.count("<option>hw.pi</option>") == 3  # what is best, and both axes of a front
    where = "dataset=cifar100&num_epochs=200"
    best = page(get, f"/-/nasbench/nasbench201/best?{where}&by=hw.pi&k=10")
    assert "hw.pi <small>(ms)</small>" in best
    assert 0 < best.index("<td>1.25</td>") < best.index("<td>3.5</td>")
    front = page(get, f"/-/nasbench/nasbench201/front?{where}&x=hw.pi&y=valid_acc")
    assert 'src="data:image/svg+xml' in front
    shown = page(get, "/-/nasbench/nasbench201/architecture?arch=10")
    assert ">hw.pi</th>" in shown.replace("\n", "")
    assert "1.25" in shown
    both = f'SELECT 8 * pi FROM nasbench201.nb201 JOIN "{name}".hw USING (arch_index) LIMIT 1'
    joined = datasette.client.get(f"/_memory?sql={both}", follow_redirects=True)
    assert "28.0" in asyncio.run(joined).text


def test_nothing_can_be_changed(get: Get, explored: dict[str, Path]) -> None:
    before = explored["nasbench101"].read_bytes()
    response = get("/nasbench101.json?sql=delete+from+nb101trialstats")
    assert response.status_code in (302, 400, 404)
    assert explored["nasbench101"].read_bytes() == before


def test_other_databases_are_left_alone(tmp_path: Path) -> None:
    """The plugin is found by Datasette wherever both are installed."""
    from datasette.app import Datasette

    datasette = Datasette(memory=True)
    asyncio.run(datasette.invoke_startup())
    response = asyncio.run(datasette.client.get("/_memory?sql=select+'x'+as+arch"))
    assert "nasbench-bar" not in response.text
    assert "nasbench-arch" not in response.text


def test_a_port_that_is_taken_is_left(running: ModuleType) -> None:
    """Unless it was asked for."""
    with running.listening("127.0.0.1", 0) as taken:
        taken.listen()
        number = taken.getsockname()[1]
        with running.listening("127.0.0.1", None, usual=number) as other:
            assert other.getsockname()[1] != number
        with pytest.raises(InvalidQuery, match=f"port {number}.*choose another port"):
            running.listening("127.0.0.1", number)


def test_two_databases_of_one_name_are_refused(
    running: ModuleType, explored: dict[str, Path]
) -> None:
    handle = nasbench_db.connect("nasbench101", explored["nasbench101"])
    with pytest.raises(InvalidQuery, match="rename"):
        running.datasette_of([handle, handle])


def test_columns_without_a_value_are_named_below(get: Get) -> None:
    """So that the others are seen."""
    text = page(
        get, "/-/nasbench/nasbench201/best?dataset=cifar10&num_epochs=12&by=ori_test_acc&k=10"
    )
    heading, _, below = text.partition("<tbody>")
    assert "valid_acc" not in heading.partition("<thead>")[2]
    assert "No value in these rows: " in below
    assert "valid_acc" in below.partition("No value in these rows: ")[2].partition("</p>")[0]


def test_an_architecture_without_a_name_is_drawn_by_its_json(get: Get) -> None:
    text = page(get, "/nasbench101?sql=select+arch+from+nb101trialconfig+limit+2")
    assert text.count('<a class="nasbench-arch"') == 2 == text.count("</svg><span></span>")
