"""Model files: nothing is lost on the way, and nothing but a model file is accepted."""

import hashlib
import json
import os
import pickle
import re
import struct
from copy import copy

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from safetensors import safe_open
from safetensors.numpy import save_file
from scipy import sparse
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold

from spinnery import SPINNClassifier, SPINNClassifierCV, SPINNRegressor, SPINNRegressorCV, penalties
from spinnery.losses import Huber
from spinnery.storage import models as spinnery_io
from spinnery.storage.encoding import UnsupportedError, decode, encode
from spinnery.storage.models import load, save

QUICK = {"hidden": (), "random_state": 0, "tol": 1e-2}


def data(n=60, p=6):
    X = np.random.default_rng(0).normal(size=(n, p))
    return X, X[:, 0] - X[:, 1]


def fits():
    X, f = data()
    three = np.digitize(f, [-0.5, 0.5])
    frame = pd.DataFrame(X, columns=[f"gene {j}" for j in range(X.shape[1])])
    words = np.array(["poor", "good"])[(f > 0).astype(int)]
    cv = {**QUICK, "hidden": [()], "cv": 3, "max_features": 2}
    return {
        "regression": (SPINNRegressor(lam=0.2, **QUICK), X, f),
        "network": (SPINNRegressor(lam=0.2, **{**QUICK, "hidden": (3,)}), X, f),
        "two outputs": (SPINNRegressor(lam=0.2, **QUICK), X, np.stack([f, -f], axis=1)),
        "double": (SPINNRegressor(lam=0.2, dtype="float64", **QUICK), X, f),
        "strings": (SPINNClassifier(lam=0.05, class_weight={"poor": 2.0}, **QUICK), frame, words),
        "objects": (SPINNClassifier(lam=0.05, **QUICK), frame, words.astype(object)),
        "three classes": (SPINNClassifier(lam=0.05, class_weight={0: 2}, **QUICK), X, three),
        "regression, CV": (SPINNRegressorCV(**cv), frame, f),
        "classification, CV": (SPINNClassifierCV(**cv), X, three.astype(float)),
    }


@pytest.fixture(scope="module", params=list(fits()))
def fitted(request):
    estimator, X, y = fits()[request.param]
    return estimator.fit(X, y), X


@pytest.fixture(scope="module")
def regressor():
    X, y = data()
    return SPINNRegressor(lam=0.2, **QUICK).fit(X, y)


@pytest.fixture
def file(regressor, tmp_path):
    save(regressor, tmp_path / "model.spinn")
    return tmp_path / "model.spinn"


def assert_same(a, b):
    assert type(a) is type(b)
    if isinstance(a, pd.DataFrame):
        pd.testing.assert_frame_equal(a, b)
    elif sparse.issparse(a):
        assert a.shape == b.shape and a.dtype == b.dtype
        assert_array_equal(a.toarray(), b.toarray())
    elif isinstance(a, np.ndarray):
        assert a.dtype == b.dtype
        assert_array_equal(a, b)
    elif hasattr(a, "__dataclass_fields__"):
        for name in a.__dataclass_fields__:
            assert_same(getattr(a, name), getattr(b, name))
    elif isinstance(a, (tuple, list)):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    else:
        assert a == b


def test_round_trip(fitted, tmp_path):
    estimator, X = fitted
    save(estimator, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert type(loaded) is type(estimator)
    assert vars(loaded).keys() == vars(estimator).keys()
    for name, value in vars(estimator).items():
        assert_same(value, vars(loaded)[name])
    assert_array_equal(loaded.predict(X), estimator.predict(X))
    assert_array_equal(loaded.transform(X), estimator.transform(X))
    if hasattr(estimator, "classes_"):
        assert_array_equal(loaded.predict_proba(X), estimator.predict_proba(X))


def test_penalties_and_losses_come_back_as_objects(regressor, tmp_path):
    penalty = penalties.GroupSCAD(1.0, gamma=4.5)
    save(copy(regressor).set_params(penalty=penalty, loss=Huber(2.0)), tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert_same(loaded.penalty, penalty)
    assert_same(loaded.loss, Huber(2.0))
    W = np.linspace(-3, 3, 12).reshape(4, 3)
    assert_array_equal(loaded.penalty.prox(W, 0.5), penalty.prox(W, 0.5))


def test_groups_come_back_as_values(regressor, tmp_path):
    groups = pd.Series(["a", "a", "b", "c", "d", "e"])
    save(
        copy(regressor).set_params(feature_groups=groups, penalty_weights=np.ones(6)),
        tmp_path / "m",
    )
    loaded = load(tmp_path / "m")
    assert_same(loaded.feature_groups, np.asarray(groups))
    assert_same(loaded.penalty_weights, np.ones(6))


def test_parameters_that_are_code_become_the_default(regressor, tmp_path):
    state = np.random.RandomState(3)
    model = copy(regressor).set_params(random_state=state, hidden=[state])
    with pytest.warns(UserWarning, match=r"cannot hold hidden=.*, random_state=.*set_params"):
        save(model, tmp_path / "m")
    loaded = load(tmp_path / "m")
    assert loaded.random_state is None
    assert loaded.hidden == SPINNRegressor().hidden
    with safe_open(tmp_path / "m", "np") as content:
        params = json.loads(content.metadata()["state"])["params"]
        assert not [name for name in content.keys() if name.startswith("params")]  # noqa: SIM118
    assert params["random_state"] == {"$": "repr", "value": repr(state)}


class Own(penalties.GroupMCP):
    pass


class OwnLoss(Huber):
    pass


@pytest.mark.parametrize(("name", "value"), [("penalty", Own(1.0)), ("loss", OwnLoss(1.0))])
def test_a_penalty_or_loss_of_ones_own_is_refused(regressor, tmp_path, name, value):
    with pytest.raises(TypeError, match=rf"cannot write {name}=Own.*pickle"):
        save(copy(regressor).set_params(**{name: value}), tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_loading_cannot_run_code(file, monkeypatch):
    def forbidden(*args, **kwargs):
        raise AssertionError("unpickled")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, forbidden)
    load(file)


def test_save_refuses_the_unfitted_and_the_foreign(tmp_path):
    with pytest.raises(NotFittedError):
        save(SPINNRegressor(), tmp_path / "m")
    message = (
        "save writes Spinnery's own estimators; got Ridge. "
        "Pass the fitted Spinnery estimator itself, taken out of any pipeline or subclass."
    )
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        save(Ridge(), tmp_path / "m")
    assert not list(tmp_path.iterdir())


def test_save_refuses_attributes_of_unknown_types(regressor, tmp_path, monkeypatch):
    monkeypatch.setattr(regressor, "extra_", {1, 2}, raising=False)
    message = "extra_ is a set, which a model file cannot hold."
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        save(regressor, tmp_path / "m")


def test_writing_is_all_or_nothing(file, regressor, monkeypatch):
    before = file.read_bytes()
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match=r"^disk full$"):
        save(regressor, file)
    assert [path.name for path in file.parent.iterdir()] == ["model.spinn"]
    assert file.read_bytes() == before


NOT_SAFETENSORS = (
    "{file} is not a Spinnery model: it is not a safetensors file. Pass a file written by save."
)
DAMAGED = (
    "{file} is truncated or damaged: {found}. Copy it again from where it came, or save the model "
    "again."
)


def fails(file, message, **names):
    text = message.format(file=file, **names)
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        load(file)


@pytest.mark.parametrize("content", [b"", b"short", b"a,b,c\n1,2,3\n" * 9, pickle.dumps([1] * 99)])
def test_not_safetensors(tmp_path, content):
    (tmp_path / "m").write_bytes(content)
    fails(tmp_path / "m", NOT_SAFETENSORS)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "m")


def test_equal_models_are_equal_files(file, tmp_path):
    load(file).save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_truncated_in_the_header(file):
    content = file.read_bytes()
    header = struct.unpack("<Q", content[:8])[0]
    file.write_bytes(content[:100])
    fails(file, DAMAGED, found=f"its header ends {8 + header - 100} bytes after the file does")


def test_truncated_at_any_length(file):
    content = file.read_bytes()
    for length in np.linspace(9, len(content) - 1, 40).astype(int):
        file.write_bytes(content[:length])
        with pytest.raises(
            ValueError, match=r"is truncated or damaged: .* save the model again\.$"
        ):
            load(file)


def test_any_damaged_byte_is_noticed(file):
    content = file.read_bytes()
    header = 8 + struct.unpack("<Q", content[:8])[0]
    rng = np.random.default_rng(0)
    for position in rng.integers(9, len(content), 150):
        damaged = bytearray(content)
        damaged[position] ^= 1
        file.write_bytes(bytes(damaged))
        with pytest.raises(ValueError, match=re.escape(str(file))):
            load(file)
        if position >= header:
            fails(file, DAMAGED, found="its contents do not match its checksum")


def rewrite(file, arrays=None, **metadata):
    """The file again with other metadata, and a checksum that agrees."""
    with safe_open(file, "np") as content:
        stored, old = {k: content.get_tensor(k) for k in content.keys()}, content.metadata()  # noqa: SIM118
    new = {**old, **metadata}
    new["sha256"] = spinnery_io._checksum(new["state"], stored)
    save_file(stored, file, {k: v for k, v in new.items() if v is not None})


def test_foreign_safetensors(file):
    rewrite(file, format="pt")
    fails(
        file,
        "{file} is a safetensors file but not a Spinnery model: its format is 'pt', not "
        "'spinnery'. Pass a file written by save.",
    )
    save_file({"a": np.zeros(3)}, file)
    fails(
        file,
        "{file} is a safetensors file but not a Spinnery model: its format is None, not "
        "'spinnery'. Pass a file written by save.",
    )


def test_newer_version(file):
    rewrite(file, format_version="2")
    fails(
        file,
        "{file} has format version 2, and this Spinnery reads version 1. Upgrade Spinnery "
        "(pip install --upgrade spinnery).",
    )


def state_of(file):
    with safe_open(file, "np") as content:
        return json.loads(content.metadata()["state"])


def test_unknown_class(file):
    rewrite(file, state=json.dumps({**state_of(file), "class": "os.system"}))
    fails(
        file,
        "{file} holds a 'os.system', which this Spinnery does not know. Upgrade Spinnery "
        "(pip install --upgrade spinnery), or check where the file came from.",
    )


@pytest.mark.parametrize(
    "change, found",
    [
        ({"fitted": {"a_": {"$": "eval", "value": "1"}}}, "KeyError('eval')"),
        (
            {"fitted": {"a_": {"$": "record", "class": "Popen", "fields": {}}}},
            "KeyError('Popen')",
        ),
        ({"fitted": {"a_": {"$": "array", "name": "gone"}}}, "KeyError('gone')"),
        ({"fitted": []}, "AttributeError(\"'list' object has no attribute 'items'\")"),
    ],
)
def test_state_of_unknown_make(file, change, found):
    rewrite(file, state=json.dumps({**state_of(file), **change}))
    fails(file, DAMAGED, found=f"its state cannot be rebuilt ({found})")


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, 10**30, -0.0, float("inf"), "ä\n", [1, (2, [3.5])], {0: "a", "b": (1,)},
        np.float32(1.5), np.int64(3), np.bool_(True), np.str_("x"), np.array(2.0), np.zeros((0, 3)),
        np.array([1, 2], ">i4").astype("<i4"), np.array([["a", "bcd"]]),
        np.array(["a", 1, None], object), np.float16([1.5]), np.arange(6).reshape(2, 3).T,
        sparse.csr_array(np.eye(3)), sparse.csr_matrix((2, 5)), penalties.Lasso(0.5),
        pd.DataFrame({"a": [1, 2], "b": [0.5, np.inf]}), pd.DataFrame({"a": []}),
        penalties.SparseGroupLasso(1.0, groups=penalties.FeatureGroups(np.array([0, 0, 1]), 2)),
    ],
    ids=repr,
)  # fmt: skip
def test_encoding_is_undone_by_decoding(value):
    arrays = {}
    node = json.loads(json.dumps(encode(value, "v", arrays), allow_nan=False))
    assert_same(decode(node, arrays), value)


def test_nan_survives():
    assert np.isnan(decode(encode(float("nan"), "v", {}), {}))


@pytest.mark.parametrize(
    "value",
    [object(), {1}, print, 1j, np.array([1j]), KFold()],
    ids=lambda v: type(v).__name__,
)
def test_other_types_are_refused(value):
    with pytest.raises(UnsupportedError):
        encode(value, "v", {})


def test_checksum_depends_on_every_part():
    a = {"x": np.arange(4.0)}
    variants = [
        spinnery_io._checksum("s", a),
        spinnery_io._checksum("t", a),
        spinnery_io._checksum("s", {"y": a["x"]}),
        spinnery_io._checksum("s", {"x": a["x"].reshape(2, 2)}),
        spinnery_io._checksum("s", {"x": a["x"].view(np.int64)}),
    ]
    assert len(set(variants)) == 5
    assert all(len(v) == len(hashlib.sha256().hexdigest()) for v in variants)
