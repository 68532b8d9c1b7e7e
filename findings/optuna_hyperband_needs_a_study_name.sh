#!/usr/bin/env bash
# A search with Optuna's HyperbandPruner differs from run to run, though its sampler has a seed,
# unless the study has a name.
#
# A search over a tabular benchmark has nothing random but the sampler: each training is a curve
# that is looked up. Here it is one that its first epoch tells nothing about.
#
# Expected: with sampler and pruner made anew with the same seed, the same trials, values and
# states each time, as with MedianPruner.
# Found on 2026-11-28 with optuna 5.0.0 on Python 3.11: the pruner sorts trials into its brackets
# by a checksum of the study's name, and a study without a name gets a random one. Which trainings
# are stopped changes with it, and with a sampler that learns, what is tried next. With
# study_name="search" all runs are equal.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check optuna==5.0.0
"$folder/env/bin/python" - <<'PY'
import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)
OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]


def objective(trial: optuna.Trial) -> float:
    edges = [trial.suggest_categorical(f"edge{edge}", OPERATIONS) for edge in range(6)]
    numbers = [OPERATIONS.index(operation) for operation in edges]
    final = 40 + 5 * sum(numbers) / 6 + numbers[0] * numbers[5]
    for epoch in range(1, 28):
        value = final * epoch / 27 + (numbers[2] * 7 + numbers[3] * 3) % 5 * (27 - epoch) / 27
        trial.report(value, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned
    return final


def states(pruner: optuna.pruners.BasePruner, name: str | None) -> tuple[str, ...]:
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.RandomSampler(seed=0),
        pruner=pruner,
        study_name=name,
    )
    study.optimize(objective, n_trials=60)
    return tuple(f"{len(trial.intermediate_values)} {trial.state.name}" for trial in study.trials)


def hyperband() -> optuna.pruners.BasePruner:
    return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=27, reduction_factor=3)


print("optuna", optuna.__version__)
unnamed = {states(hyperband(), None) for _ in range(5)}
named = {states(hyperband(), "search") for _ in range(5)}
median = {states(optuna.pruners.MedianPruner(), None) for _ in range(5)}
print("different runs of 5, HyperbandPruner, no name:", len(unnamed))
print("different runs of 5, HyperbandPruner, study_name='search':", len(named))
print("different runs of 5, MedianPruner, no name:", len(median))
assert len(unnamed) > 1
assert (len(named), len(median)) == (1, 1)
PY
