"""Which samples come in which batch; data that stay on disk; data that come in parts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinnery import NetworkClassifier, NetworkRegressor, SparseAutoencoder
from spinnery.training import batches as module
from spinnery.training.batches import Arrays, Samples, Stream, on_disk, order, pieces


def numbered(n, weights=None, rows=None):
    """Samples that carry their number, as input and as target."""
    X = np.arange(n, dtype=np.float32)[:, None]
    return Samples(X, X, weights, rows, lambda x: x, lambda y: 10 * y)


def met(data):
    """Per filled batch: numbers of the samples, weights, rate."""
    out = []
    for b in data:
        for s in range(int(b.n_steps)):
            X, targets = np.asarray(b.X)[b.index[s]], np.asarray(b.targets)[b.index[s]]
            size = int(b.sizes[s])
            np.testing.assert_array_equal(targets, 10 * X)
            assert not np.any(b.weights[s][size:])
            out.append((X[:size, 0].astype(int), b.weights[s][:size], float(b.rates[s])))
        assert not np.any(b.sizes[int(b.n_steps) :]) and not np.any(b.weights[int(b.n_steps) :])
    return out


def constant(t):
    return np.ones_like(t)


shapes = given(n=st.integers(1, 60), size=st.integers(1, 60), piece=st.sampled_from([1, 8, 2**20]))


@shapes
def test_every_sample_once_in_an_epoch(n, size, piece):
    """Resident, or read in pieces of any size: the same batches."""
    size = min(size, n)
    weights = np.random.default_rng(n).uniform(0.1, 2, n)
    source = Arrays(numbered(n, weights), size, "shuffle", 3, lambda t: 1 + t)
    found = met(source.epoch(2))
    assert [len(ids) for ids, _, _ in found] == [size] * (n // size) + [n % size] * (n % size > 0)
    ids = np.concatenate([ids for ids, _, _ in found])
    assert sorted(ids) == list(range(n))
    given_weights = np.concatenate([w for _, w, _ in found])
    np.testing.assert_allclose(given_weights, weights[ids], rtol=1e-6)
    rates = np.array([rate for *_, rate in found])
    np.testing.assert_allclose(rates, 3 + np.arange(len(found)) / len(found), rtol=1e-6)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "RESIDENT", 0)
        patch.setattr(module, "PIECE", piece)
        patch.setattr(module, "STEPS", 4)
        read = met(Arrays(numbered(n, weights), size, "shuffle", 3, lambda t: 1 + t).epoch(2))
    for a, b in zip(found, read, strict=True):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_array_equal(x, y)


def test_pieces_are_bounded_and_of_one_shape(monkeypatch):
    monkeypatch.setattr(module, "PIECE", 40)
    found = list(pieces(numbered(103), np.arange(103), 5, constant))
    assert len(found) > 1 and len({b.X.shape for b in found}) == 1
    assert found[0].X.size <= 40
    monkeypatch.setattr(module, "STEPS", 4)
    resident = list(Arrays(numbered(103), 5, "order", 0, constant).epoch(0))
    assert {b.index.shape for b in resident} == {(4, 5)}
    assert all(b.X is resident[0].X for b in resident)  # on the device once for all


def test_a_share_of_the_rows():
    rows = np.array([7, 2, 5, 11])
    weights = np.arange(12.0)
    found = met(Arrays(numbered(12, weights, rows), 3, "order", 0, constant).epoch(0))
    np.testing.assert_array_equal(np.concatenate([ids for ids, *_ in found]), rows)
    np.testing.assert_array_equal(np.concatenate([w for _, w, _ in found]), rows)


def test_an_epoch_can_be_repeated_and_differs_from_the_next():
    source = Arrays(numbered(50), 50, "shuffle", 1, constant)
    (a,), (b,), (c,) = (met(source.epoch(k)) for k in (0, 0, 1))
    np.testing.assert_array_equal(a[0], b[0])
    assert not np.array_equal(a[0], c[0])
    later = Arrays(numbered(50), 50, "shuffle", 1, constant, before=1)
    np.testing.assert_array_equal(met(later.epoch(0))[0][0], c[0])
    other = Arrays(numbered(50), 50, "shuffle", 2, constant)
    assert not np.array_equal(met(other.epoch(0))[0][0], a[0])


def test_draws_with_replacement_are_uniform_and_independent():
    n = 20
    drawn = np.stack([order("replacement", n, [0, k]) for k in range(2000)])
    counts = np.bincount(drawn.ravel(), minlength=n)
    assert np.abs(counts - 2000).max() < 5 * np.sqrt(2000)
    assert len(np.unique(drawn[0])) < n  # some twice, some not
    repeats = np.mean(drawn[:, 0] == drawn[:, 1])
    assert abs(repeats - 1 / n) < 5 * np.sqrt(1 / n / 2000)
    np.testing.assert_array_equal(order("order", n, [0]), np.arange(n))


# -- parts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampling", ["shuffle", "order"])
def test_a_stream_of_one_part_is_that_part(sampling):
    stream = Stream(lambda epoch: iter([numbered(30)]), 7, sampling, 4, constant)
    a = met(stream.epoch(3))
    b = met(Arrays(numbered(30), 7, sampling, 4, constant).epoch(3))
    for x, y in zip(a, b, strict=True):
        np.testing.assert_array_equal(x[0], y[0])


def test_a_stream_shuffles_each_part_by_itself():
    stream = Stream(lambda epoch: iter([numbered(30), numbered(30)]), 64, "shuffle", 4, constant)
    (a, _, _), (b, _, _) = met(stream.epoch(0))
    assert sorted(a) == sorted(b) == list(range(30)) and not np.array_equal(a, b)


def test_fitting_in_parts_is_fitting_in_order():
    """Without shuffling, parts that are whole batches are the same steps as the table."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(48, 5)).astype(np.float32)
    y = (X[:, 0] > 0).astype(int)
    model = NetworkClassifier((3,), epochs=3, batch_size=8, sampling="order", random_state=0)
    parts = [(X[s : s + 16], y[s : s + 16]) for s in (0, 16, 32)]
    whole = model.fit(X, y).predict_proba(X)
    split = model.fit_batches(lambda: iter(parts), classes=[0, 1]).predict_proba(X)
    np.testing.assert_allclose(split, whole, rtol=1e-5)


# -- disk -----------------------------------------------------------------------------------------


@pytest.fixture
def mapped(tmp_path):
    X = np.random.default_rng(1).normal(3, 2, size=(120, 5)).astype(np.float32)
    np.save(tmp_path / "X.npy", X)
    return np.load(tmp_path / "X.npy", mmap_mode="r"), X


def test_what_lies_on_disk(mapped):
    disk, memory = mapped
    for view in (disk, disk[3:], np.asarray(disk), np.asarray(disk)[::2, 1:]):
        assert on_disk(view)
    for array in (memory, memory[3:], disk[[1, 2]] + 0, np.array(disk)):
        assert not on_disk(array)


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("name", ["classifier", "regressor", "autoencoder"])
def test_a_memory_mapped_table_gives_the_same_fit(mapped, name, standardize, monkeypatch):
    """And is never read whole, neither in training nor in prediction."""
    disk, X = mapped
    y = X[:, 0] + X[:, 1]
    model, targets = {
        "classifier": (NetworkClassifier((3,)), [(y > np.median(y)).astype(int)]),
        "regressor": (NetworkRegressor((3,)), [y]),
        "autoencoder": (SparseAutoencoder((3,)), []),
    }[name]
    model.set_params(epochs=2, batch_size=20, random_state=0, standardize=standardize)
    monkeypatch.setattr(module, "PIECE", 100)
    monkeypatch.setattr("spinnery.inputs.scale.BLOCK", 200)
    monkeypatch.setattr("spinnery.estimators.fitted_network.BLOCK", 40)
    longest = [0]
    inputs = type(model)._inputs

    def counted(self, rows):
        longest[0] = max(longest[0], len(rows))
        return inputs(self, rows)

    predict = "transform" if name == "autoencoder" else "predict"
    expected = model.fit(X, *targets)._outputs(X)
    monkeypatch.setattr(type(model), "_inputs", counted)
    model.fit(disk, *targets)
    found = model._outputs(disk)
    assert longest[0] <= 4 * 20  # a piece holds four batches at least
    np.testing.assert_allclose(found, expected, rtol=2e-4, atol=1e-5)
    assert np.isfinite(getattr(model, predict)(disk)).all()
