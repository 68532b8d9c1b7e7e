"""The drop-in answers as the original does, to the last bit, and better with ``strict``."""

import math
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.original import Original, answer, plain, questions
from support.tasks import MACRO, MICRO, Content

import nasbench_db
from nasbench_db.errors import DatabaseNotFound, NasbenchDBError, SourceError
from nasbench_db.transnas101.api import (
    ArchResult,
    IndexOutOfRange,
    InvalidArgument,
    InvalidMode,
    NotRecorded,
    OriginalAnswerWarning,
    TransNASBenchAPI,
)
from nasbench_db.transnas101.layout import EPOCHS, METRICS_DICT
from nasbench_db.transnas101.synthetic import DIVERGED, write_pth


@pytest.fixture(params=["content", "odd"])
def pair(
    request: pytest.FixtureRequest, content: Content, odd: Content, built: Path, built_odd: Path
) -> Iterator[tuple[TransNASBenchAPI, Original, Content]]:
    """The drop-in, the oracle, and the content that both are of."""
    chosen, path = {"content": (content, built), "odd": (odd, built_odd)}[request.param]
    chosen = plain(chosen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OriginalAnswerWarning)
        yield TransNASBenchAPI(path), Original(chosen), chosen


@pytest.fixture
def api(built: Path) -> TransNASBenchAPI:
    """The drop-in on the small database."""
    return TransNASBenchAPI(built)


@pytest.fixture
def strict(built: Path) -> TransNASBenchAPI:
    """The drop-in with right answers."""
    return TransNASBenchAPI(built, strict=True)


def test_every_question_has_the_answer_of_the_original(
    pair: tuple[TransNASBenchAPI, Original, Content],
) -> None:
    """Values with their types, NaN, minus zero and all; and exceptions of the same class."""
    api, original, content = pair
    asked = questions(content)
    failed = 0
    for question in asked:
        expected, found = answer(original, *question), answer(api, *question)
        if isinstance(expected, Exception):
            assert isinstance(found, type(expected)), (question, expected, found)
            # The three that the original does not foresee are Python's own.
            foreseen = type(expected) is not TypeError
            assert isinstance(found, NasbenchDBError) or not foreseen, (question, found)
            failed += 1
        else:
            assert found == expected, question
    assert len(asked) > 2000
    assert 0.1 < failed / len(asked) < 0.7


def test_all_results_come_back(pair: tuple[TransNASBenchAPI, Original, Content]) -> None:
    """By each of the ways to them; tasks, metrics and infos in the order of the file's lists."""
    api, _, content = pair
    count = 0
    for space, archs in content["data"].items():
        assert list(api.data[space]) == list(api.database["data"][space]) == list(archs)
        assert len(api.data[space]) == len(archs)
        for arch, results in archs.items():
            expected = repr(in_order(results, content))
            found = api.get_arch_result(arch)
            assert repr(found.all_results) == expected
            for other in (api[count], api.data[space][arch]):
                assert (other.arch_index, other.arch_str) == (count, arch)
                assert repr(other.query_all_results()) == expected
            assert repr(api.database["data"][space][arch]) == expected
            assert found.arch_index == count == api.arch2index(arch)
            assert repr(found) == (
                f"ArchResult(arch-index={count}, arch={arch}, {len(results)} tasks)"
            )
            count += 1
    assert count == len(api)
    for name in ("metrics_dict", "info_names", "task_list"):
        assert repr(api.database[name]) == repr(content[name]) == repr(getattr(api, name))
    assert api.database.get("version") == content.get("version")


def in_order(results: dict[str, Any], content: Content) -> dict[str, Any]:
    """The trainings of an architecture, all that is listed in the order of the lists."""

    def ordered(items: dict[str, Any], names: list[str]) -> dict[str, Any]:
        return {name: items[name] for name in dict.fromkeys([*names, *items]) if name in items}

    return {
        task: {
            "total_epochs": training["total_epochs"],
            "model_info": ordered(training["model_info"], content["info_names"]),
            "metrics": ordered(training["metrics"], content["metrics_dict"].get(task, [])),
        }
        for task, training in ordered(results, content["task_list"]).items()
    }


def test_attributes(pair: tuple[TransNASBenchAPI, Original, Content]) -> None:
    api, original, _ = pair
    for name in (
        *("metrics_dict", "info_names", "task_list"),
        *("search_spaces", "all_arch_dict", "arch2space"),
    ):
        assert repr(getattr(api, name)) == repr(getattr(original, name))
    assert len(api) == len(original)
    assert repr(api) == f"TransNASBenchAPI({len(original)} architectures/7 tasks)"
    assert api.verbose is False


def test_the_example_program_runs(api: TransNASBenchAPI, content: Content) -> None:
    """That of the original's README, in our words."""
    lines = [f"{len(api)} architectures, {len(api.task_list)} tasks: {', '.join(api.task_list)}"]
    for space in api.search_spaces:
        lines.append(f"{space}: {len(api.all_arch_dict[space])}")
    arch = api.index2arch(1)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for task in api.task_list:
            lines += [f"{info}: {api.get_model_info(arch, task, info)}" for info in api.info_names]
            for metric in api.metrics_dict[task]:
                lines.append(f"{metric}: {api.get_single_metric(arch, task, metric, mode='best')}")
                lines.append(f"best: {api.get_best_epoch_status(arch, task, metric=metric)}")
                lines.append(f"last: {api.get_epoch_status(arch, task, epoch=-1)}")
                if "valid" in metric and ("loss" not in metric or "neg_loss" in metric):
                    lines.append(f"{metric}: {api.get_best_archs(task, metric, 'micro')[0]}")
    assert lines[0] == f"7 architectures, 7 tasks: {', '.join(METRICS_DICT)}"
    assert lines[1:3] == ["macro: 3", "micro: 4"]
    assert arch == "64-2311-basic"
    curve = content["data"]["macro"][arch]["class_object"]["metrics"]["valid_top1"]
    assert f"valid_top1: {max(curve)}" in lines
    assert len(lines) == 3 + 7 * 5 + 3 * 61 + 11
    assert [warning.category for warning in told] == [OriginalAnswerWarning]


def test_what_is_wrong_is_told_once(api: TransNASBenchAPI) -> None:
    """Once for each kind, at the line that asked; nothing is told of what is right."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        api.get_single_metric(MACRO[0], "class_object", "valid_top1")
        api.get_best_archs("class_object", "valid_top1", "macro")
        api.get_single_metric(MACRO[0], "class_object", "valid_loss", mode="final")
        api.get_best_epoch_status(MACRO[0], "room_layout", "valid_neg_loss")
    for ask in (
        lambda: api.get_single_metric(MACRO[0], "class_object", "valid_loss"),
        lambda: api.get_single_metric(MACRO[0], "class_object", "valid_top1", xseed=777),
    ):
        with pytest.warns(OriginalAnswerWarning) as told:
            twice(ask)
        assert [warning.filename for warning in told] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        api.get_best_epoch_status(MACRO[0], "class_object", "valid_loss")
        api.get_best_archs("class_object", "time_elapsed", "macro")
        api.get_epoch_status(MACRO[0], "class_object", 0, xseed=1)


def twice(ask: Callable[[], Any]) -> None:
    """Ask a question two times."""
    assert repr(ask()) == repr(ask())


def test_each_method_tells(built: Path) -> None:
    """The line that asked, whichever method it was."""
    arch, task, metric = MACRO[0], "class_object", "valid_loss"
    for ask in (
        lambda api: api.get_single_metric(arch, task, metric),
        lambda api: api.get_best_epoch_status(arch, task, metric),
        lambda api: api.get_best_archs(task, metric, "macro"),
        lambda api: api.get_single_metric(arch, task, metric, "list", 1),
        lambda api: api.get_epoch_status(arch, task, 0, 1),
    ):
        with pytest.warns(OriginalAnswerWarning) as told:
            ask(TransNASBenchAPI(built))
        assert [warning.filename for warning in told] == [__file__]


def test_strict_best_is_the_best(strict: TransNASBenchAPI, content: Content) -> None:
    """The lowest of losses and times; of equal epochs the first; of equal ones the last string."""
    for space, archs in content["data"].items():
        for task, names in METRICS_DICT.items():
            for name in names:
                higher = not (name.endswith(("_loss", "time_elapsed"))) or "neg_loss" in name
                choose = max if higher else min
                bests = []
                for arch, results in archs.items():
                    curve = [v for v in results[task]["metrics"][name] if not math.isnan(v)]
                    best = choose(curve)
                    assert strict.get_single_metric(arch, task, name) == best
                    status = strict.get_best_epoch_status(arch, task, name)
                    assert status["epoch"] == results[task]["metrics"][name].index(best)
                    assert status[name] == best
                    bests.append((best, arch))
                bests.sort(key=lambda pair: pair[1], reverse=True)
                bests.sort(key=lambda pair: -pair[0] if higher else pair[0])
                assert strict.get_best_archs(task, name, space, 3) == bests[:3]
    assert (
        strict.get_single_metric(MACRO[0], "jigsaw", "valid_loss", "final")
        == (content["data"]["macro"][MACRO[0]]["jigsaw"]["metrics"]["valid_loss"][-1])
    )


def test_strict_refuses_what_has_no_answer(built_odd: Path) -> None:
    """A seed; the best of a metric whose direction is not known."""
    api = TransNASBenchAPI(built_odd, strict=True)
    with pytest.raises(InvalidMode, match="xseed is 666"):
        api.get_single_metric(MACRO[0], "jigsaw", "valid_top1", "list", xseed=666)
    with pytest.raises(InvalidMode, match="xseed"):
        api.get_epoch_status(MACRO[0], "jigsaw", 0, xseed=666)
    for ask in (api.get_single_metric, api.get_best_epoch_status):
        with pytest.raises(ValueError, match="of valid_beauty are better is not known"):
            ask(MACRO[0], "jigsaw", "valid_beauty")
    with pytest.raises(ValueError, match="of aside are better is not known"):
        api.get_best_archs("jigsaw", "aside", "micro")
    assert len(api.get_single_metric(MACRO[0], "jigsaw", "valid_beauty", "list")) == 10


def test_strict_never_takes_nan_for_best(odd: Content, tmp_path: Path) -> None:
    """Unless there is nothing else; such architectures come last."""
    content = plain(odd)
    for space in ("macro", "nano"):
        del content["data"][space]
    del content["data"]["micro"]["resnet50"]
    for number, training in enumerate(content["data"]["micro"].values()):
        training["normal"]["metrics"]["valid_l1_loss"] = [math.nan, 3.0 - number, 5.0]
        training["normal"]["metrics"]["valid_ssim"] = [math.nan] * 3 if number else [0.5]
    with pytest.warns(nasbench_db.SourceWarning):
        path = nasbench_db.ingest("transnas101", content, tmp_path / "x.db", False).path
    api = TransNASBenchAPI(path, strict=True)
    assert api.get_best_archs("normal", "valid_l1_loss", "micro", 9) == [
        (2.0, MICRO[1]),
        (3.0, MICRO[0]),
    ]
    best, worst = api.get_best_archs("normal", "valid_ssim", "micro", 9)
    assert best == (0.5, MICRO[0])
    assert worst[1] == MICRO[1]
    assert math.isnan(worst[0])
    assert math.isnan(api.get_single_metric(MICRO[1], "normal", "valid_ssim"))


def test_what_is_handed_out_belongs_to_the_caller(api: TransNASBenchAPI) -> None:
    """Nothing that is done to it changes later answers."""
    arch, task, metric = MACRO[0], "class_object", "valid_top1"
    before = repr(api.get_arch_result(arch).all_results)
    api.get_single_metric(arch, task, metric, "list").append(100.0)
    api.get_arch_list("macro").clear()
    api.get_arch_result(arch)[task]["metrics"][metric].clear()
    api.data["macro"][arch].all_results.clear()
    api.database["data"]["macro"][arch].clear()
    api.metrics_dict[task].remove(metric)
    api.task_list.clear()
    api.search_spaces.clear()
    api.info_names.clear()
    api.all_arch_dict.clear()
    api.arch2space.clear()
    assert repr(api.get_arch_result(arch).all_results) == before
    assert len(api.get_single_metric(arch, task, metric, "list")) == 25
    assert api.get_arch_list("macro") == list(MACRO)
    assert metric in api.get_epoch_status(arch, task, 0)
    assert api.get_best_archs(task, metric, "macro")[0][1] in MACRO
    assert api.get_model_info(arch, task, "model_params") > 0
    assert len(api) == 7


def test_numbers_of_numpy_will_do(api: TransNASBenchAPI) -> None:
    for integer in (np.int64(3), np.uint8(3)):
        assert api.get_epoch_status(MACRO[0], "jigsaw", integer)["epoch"] == 3
        assert api.get_single_metric(MACRO[0], "jigsaw", "valid_top1", integer) == (
            api.get_single_metric(MACRO[0], "jigsaw", "valid_top1", 3)
        )
        assert api.index2arch(integer) == api.index2arch(3)


def test_errors_say_what_is_allowed(api: TransNASBenchAPI) -> None:
    for error, message, ask in (
        (NotRecorded, "no architecture '64-1-basic'", lambda: api.get_arch_result("64-1-basic")),
        (NotRecorded, "'juggling'; recorded are class_scene", lambda: status(api, "juggling")),
        (InvalidArgument, "'acc'; allowed for jigsaw are train_top1", lambda: metric(api, "acc")),
        (InvalidArgument, "is 10; jigsaw has 10, counted from 0", lambda: status(api, epoch=10)),
        (IndexOutOfRange, "-11, and there are 10", lambda: status(api, epoch=-11)),
        (InvalidMode, "'bets'; allowed are 'final'", lambda: metric(api, mode="bets")),
        (InvalidArgument, "'nano'; allowed are macro, micro", lambda: api.get_arch_list("nano")),
        (IndexOutOfRange, "there are 7 architectures", lambda: api[7]),
        (InvalidArgument, "a list, not a dict", lambda: ArchResult(0, "x", [])),
        (
            InvalidArgument,
            "'size'; allowed are inference_time",
            lambda: api.get_model_info(MACRO[0], "jigsaw", "size"),
        ),
        (KeyError, "no architecture '64-1-basic'", lambda: api.data["macro"]["64-1-basic"]),
    ):
        with pytest.raises(error) as raised:
            ask()
        assert message in str(raised.value)
        assert isinstance(raised.value, NasbenchDBError)


def status(api: TransNASBenchAPI, task: str = "jigsaw", epoch: int = 0) -> Any:
    if task != "jigsaw":
        return api.get_best_epoch_status(MACRO[0], task, "time_elapsed")
    return api.get_epoch_status(MACRO[0], task, epoch)


def metric(api: TransNASBenchAPI, name: str = "valid_top1", mode: Any = "best") -> Any:
    return api.get_single_metric(MACRO[0], "jigsaw", name, mode)


def test_an_original_file_is_ingested_once(tmp_path: Path, content: Content) -> None:
    """Its database lies beside it; a changed file is ingested again."""
    path = tmp_path / "transnas-bench.pth"
    write_pth(path, [*MACRO, *MICRO])
    api = TransNASBenchAPI(path)
    assert repr(api.get_arch_result(DIVERGED).all_results) == repr(
        content["data"]["micro"][DIVERGED]
    )
    database = tmp_path / "transnas-bench.db"
    modified = database.stat().st_mtime_ns
    assert len(TransNASBenchAPI(str(path))) == len(TransNASBenchAPI(database)) == 7
    assert database.stat().st_mtime_ns == modified
    write_pth(path, MACRO)
    assert len(TransNASBenchAPI(path)) == 3
    path.unlink()
    assert len(TransNASBenchAPI(path)) == 3


def test_without_a_path_the_default_database_is_opened(built: Path, databases: Path) -> None:
    with pytest.raises(DatabaseNotFound):
        TransNASBenchAPI()
    databases.mkdir()
    shutil.copyfile(built, databases / "transnas101.db")
    assert len(TransNASBenchAPI()) == 7


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no|no such|absent|not exist|cannot"):
        TransNASBenchAPI(tmp_path / "absent.pth")
    path = tmp_path / "text.pth"
    path.write_text("no file of torch")
    with pytest.raises(SourceError, match="neither a pickle nor a file of torch"):
        TransNASBenchAPI(path)


def test_epochs_are_those_of_the_tasks(api: TransNASBenchAPI) -> None:
    for task, epochs in EPOCHS.items():
        assert api.get_total_epochs(MACRO[0], task) == epochs
