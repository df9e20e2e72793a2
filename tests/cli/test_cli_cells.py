"""The command line on .h5ad files: genes are features, what is known of cells is the rest."""

import sys

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from test_cli import QUICK, fails, spin

from spinnery.cli.target import Asked, take_target
from spinnery.inputs.columns import split_cohort, with_genes
from spinnery.inputs.files import read
from spinnery.storage.models import load

GENES = [f"gene {k}" for k in range(6)]


def cells(n=60):
    """Counts in a layer, of which genes 0 and 3 tell the types apart, and noise in X."""
    rng = np.random.default_rng(0)
    counts = rng.poisson(3, size=(n, 6)).astype(np.float32)
    obs = pd.DataFrame(
        {
            "cell_type": np.where(counts[:, 0] + counts[:, 3] > 6, "T", "B"),
            "batch": np.where(np.arange(n) % 2 == 0, "one", "two"),
            "age": rng.integers(20, 80, size=n),
            "dose": counts[:, 1] + rng.uniform(0.01, 0.02, size=n),
            "note": [f"free text {k}" for k in range(n)],
        },
        index=[f"cell-{k}" for k in range(n)],
    )
    return anndata.AnnData(
        rng.normal(size=(n, 6)).astype(np.float32), obs, pd.DataFrame(index=GENES),
        layers={"counts": sparse.csr_matrix(counts)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    home = tmp_path_factory.mktemp("cells")
    cells().write_h5ad(home / "cells.h5ad")
    done = spin(
        "fit", home / "cells.h5ad", "--target", "cell_type", "--layer", "counts", "--keep", "age",
        "--out", home / "out", "--test-folds", "2", *QUICK,
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    return home, done


def test_fit_of_a_layer(run):
    home, done = run
    assert "60 samples, 7 columns." in done.stdout
    model = load(home / "out" / "model.spinn")
    assert list(model.feature_names_in_) == [*GENES, "age"]
    assert {"gene 0", "gene 3", "age"} == set(model.get_feature_names_out())
    assert model.parts_["layer"] == "counts"
    assert pd.read_csv(home / "out" / "heldout.csv")["id"].tolist() == list(cells().obs_names)


def test_predict_reads_the_matrix_of_the_fit(run, tmp_path):
    home, _ = run
    model, file, out = home / "out" / "model.spinn", home / "cells.h5ad", tmp_path / "p.csv"
    data, expected = cells(), {}
    for layer, X in (("counts", data.layers["counts"].toarray()), ("X", data.X)):
        frame = pd.DataFrame(X, columns=GENES).assign(age=data.obs["age"].to_numpy())
        expected[layer] = load(model).predict_proba(frame)[:, 0]
    for options, layer in (((), "counts"), (("--layer", "X", "--force"), "X")):
        done = spin("predict", model, file, "--out", out, *options)
        assert done.exit_code == 0, done.stderr
        found = pd.read_csv(out)
        np.testing.assert_allclose(found["probability B"], expected[layer])
        assert found["id"].tolist() == list(data.obs_names)
        assert found["observed"].tolist() == data.obs["cell_type"].tolist()


def test_assess_and_embed_take_cells(run, tmp_path):
    home, _ = run
    model, file = home / "out" / "model.spinn", home / "cells.h5ad"
    done = spin(
        "embed", model, file, "--colour", "batch", "--method", "sne",
        "--out", tmp_path / "map.png", "--coordinates", tmp_path / "map.csv",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert sorted(pd.read_csv(tmp_path / "map.csv")["batch"].unique()) == ["one", "two"]
    done = spin(
        "assess", model, file, "--target", "cell_type", "--pairs", "4",
        "--permutations", "0", "--test-folds", "0", "--out", tmp_path / "how_sure",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    features = pd.read_csv(tmp_path / "how_sure" / "features.csv").set_index("feature")
    assert set(features.index[features["selected"]]) == {"gene 0", "gene 3"}  # age is always in


def test_what_is_known_of_cells_has_its_part(run):
    """Cohort, event, time and kept columns come from obs, whose other columns are no features."""
    home, _ = run
    source, cohorts = split_cohort(read(home / "cells.h5ad"), "batch")
    assert cohorts.tolist() == cells().obs["batch"].tolist()
    asked = Asked(time="dose", event="cell_type=T")
    source, taken = take_target(source, asked, ["gene 2"])
    task, y, _ = taken.read()
    assert task == "survival"
    assert y["time"].tolist() == cells().obs["dose"].tolist()
    assert y["event"].tolist() == (cells().obs["cell_type"] == "T").tolist()
    joined = with_genes(source, ["gene 2"], ["age", "gene 1"])
    assert list(joined.frame) == ["gene 0", "gene 1", "gene 3", "gene 4", "gene 5", "age"]
    assert joined.frame["age"].tolist() == cells().obs["age"].tolist()
    np.testing.assert_array_equal(joined.frame["gene 5"], cells().X[:, 5])


def test_what_cells_cannot_be(run, tmp_path, monkeypatch):
    home, _ = run
    file = home / "cells.h5ad"

    def fit_fails(message, *options, data=file):
        fails(message, "fit", data, "--out", tmp_path / "out", *options)

    fit_fails(
        f"{file} has no matrix 'count'; name one of those it has with --layer: 'X', 'counts'.",
        "--target", "dose", "--layer", "count",
    )  # fmt: skip
    fit_fails(
        f"{file} has no column 'cell_typ' for --target; did you mean 'cell_type'?",
        "--target", "cell_typ",
    )  # fmt: skip
    fit_fails(
        f"{file} has no column 'gene 9' for --drop; did you mean 'gene 5'?",
        "--target", "dose", "--drop", "gene 9",
    )  # fmt: skip
    clash = cells()
    clash.obs["gene 1"] = 1.0
    clash.write_h5ad(tmp_path / "clash.h5ad")
    fit_fails(
        f"{tmp_path / 'clash.h5ad'}: genes and columns of obs have the same name: 'gene 1'; rename "
        "the columns.",
        "--target", "dose", "--keep", "gene 1", data=tmp_path / "clash.h5ad",
    )  # fmt: skip
    bare = anndata.AnnData(obs=cells().obs, var=pd.DataFrame(index=GENES))
    bare.layers["counts"] = cells().X
    bare.write_h5ad(tmp_path / "bare.h5ad")
    fit_fails(
        f"{tmp_path / 'bare.h5ad'} has no matrix 'X'; name one of those it has with --layer: "
        "'counts'.",
        "--target", "dose", data=tmp_path / "bare.h5ad",
    )  # fmt: skip
    (tmp_path / "text.h5ad").write_text("a,b\n1,2\n")
    failed = spin("fit", tmp_path / "text.h5ad", "--target", "b", "--out", tmp_path / "out")
    assert failed.exit_code == 2
    assert failed.stderr.startswith(f"Error: {tmp_path / 'text.h5ad'} cannot be read (")
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    fit_fails(
        f"--layer 'counts' is for .h5ad files; {tmp_path / 'a.csv'} has no layers.",
        "--layer", "counts", data=tmp_path / "a.csv",
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "anndata.io", None)
    fit_fails(
        f"{file} needs anndata to be read: pip install 'spinnery[anndata]'.", "--target", "dose"
    )
