"""The shape of the package: one-way imports, small files, an import without side effects."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import spinnery

SRC = Path(spinnery.__file__).parent
FILES = sorted(SRC.rglob("*.py"))
# Each layer may import itself and those before it. Whatever is not listed lies above all of them.
LAYERS = [
    "arrays", "devices", "sums", "errors", "compilation", "interrupts", "progress", "workers",
    "metrics", "storage", "penalties", "losses", "nn", "engine", "decomposition", "inputs",
    "outcomes", "export", "selection", "training", "evidence", "report", "estimators",
    "embedding", "plotting",
]  # fmt: skip


def name(path: Path) -> str:
    return str(path.relative_to(SRC))


def layer(module: str) -> int:
    """Rank of `spinnery.<layer>...`; the package page itself and unlisted modules come last."""
    parts = module.split(".")
    return LAYERS.index(parts[1]) if len(parts) > 1 and parts[1] in LAYERS else len(LAYERS)


def module_of(path: Path) -> str:
    parts = ("spinnery", *path.relative_to(SRC).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_module(module: str) -> bool:
    place = SRC.parent.joinpath(*module.split("."))
    return place.is_dir() or place.with_suffix(".py").exists()


def imported(path: Path, node: ast.AST) -> list[str]:
    """Full names of the modules that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        package = module_of(path).split(".")
        if path.name != "__init__.py":
            package = package[:-1]
        package = package[: len(package) - node.level + 1]
        base = ".".join([*package, base] if base else package)
    inner = [f"{base}.{alias.name}" for alias in node.names]
    return [m if base.startswith("spinnery") and is_module(m) else base for m in inner]


def imports(path: Path) -> list[tuple[str, bool]]:
    """Every imported module, with whether the import runs when the file is loaded."""
    tree = ast.parse(path.read_text())
    functions = [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.Lambda))]
    inside = {id(n) for f in functions for n in ast.walk(f)}
    return [(m, id(n) not in inside) for n in ast.walk(tree) for m in imported(path, n)]


def test_layers_exist():
    assert FILES
    for layer_name in LAYERS:
        assert is_module(f"spinnery.{layer_name}"), layer_name


@pytest.mark.parametrize("path", FILES, ids=name)
def test_imports_point_one_way(path):
    for module, _ in imports(path):
        if module.split(".")[0] != "spinnery" or layer(module) <= layer(module_of(path)):
            continue
        raise AssertionError(f"{name(path)} imports {module}, which lies above it")


def test_the_order_of_layers_is_in_force():
    """The checker itself: it resolves relative imports and ranks what they name."""
    upward = SRC / "penalties" / "base.py"
    node = ast.parse("from ..engine import proximal").body[0]
    assert imported(upward, node) == ["spinnery.engine.proximal"]
    assert layer("spinnery.engine.proximal") > layer(module_of(upward))
    node = ast.parse("from .rows import Rows").body[0]
    assert imported(upward, node) == ["spinnery.penalties.rows"]
    node = ast.parse("from . import losses").body[0]
    assert imported(SRC / "__init__.py", node) == ["spinnery.losses"]
    assert layer("spinnery") == layer("spinnery.cli") == len(LAYERS)


def test_nothing_in_the_package_imports_the_tests():
    ours = {"tests", "conftest", "references"}
    for path in FILES:
        assert not ours & {module.split(".")[0] for module, _ in imports(path)}, name(path)


@pytest.mark.parametrize("path", FILES, ids=name)
def test_files_stay_small(path):
    lines = len(path.read_text().splitlines())
    assert lines < 300, f"{name(path)} has {lines} lines; split it"


# Dependencies are loaded first: what they change is their business.
SIDE_EFFECTS = """
import json, os
import jax, numpy, equinox, optax, pandas, sklearn.linear_model
def settings():
    config = {k: str(v) for k, v in jax.config.values.items()}
    state = [str(s) for s in numpy.random.get_state()]
    return [config, dict(os.environ), numpy.geterr(), state, numpy.get_printoptions()["precision"]]
before = settings()
import spinnery
after = settings()
print(json.dumps([a == b for a, b in zip(before, after)] + [
    jax.config.jax_enable_x64, jax.config.jax_compilation_cache_dir]))
"""


def test_import_changes_nothing():
    """Neither JAX's settings, nor the environment, nor NumPy's error and random state."""
    run = subprocess.run(
        [sys.executable, "-c", SIDE_EFFECTS], capture_output=True, text=True, check=True
    )
    *unchanged, x64, cache = json.loads(run.stdout)
    assert all(unchanged) and len(unchanged) == 5
    assert x64 is False and cache is None
