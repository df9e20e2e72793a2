"""Compiled programs are forgotten before a process runs out of memory maps."""

from __future__ import annotations

import jax
import pytest

from spinnery import compilation


@pytest.fixture
def cleared(tmp_path, monkeypatch):
    """How often programs were forgotten, with a process of 100 maps."""
    calls: list[int] = []
    (tmp_path / "maps").write_text("map\n" * 100)
    monkeypatch.setattr(compilation, "MAPS", tmp_path / "maps")
    monkeypatch.setattr(jax, "clear_caches", lambda: calls.append(1))
    return calls


@pytest.mark.parametrize(("most", "times"), [(99, 1), (100, 0)])
def test_only_too_many_programs_are_forgotten(cleared, monkeypatch, most, times):
    monkeypatch.setattr(compilation, "MOST_MAPS", most)
    compilation.bound_programs()
    assert len(cleared) == times


def test_where_maps_are_not_counted_nothing_is_forgotten(cleared, monkeypatch, tmp_path):
    monkeypatch.setattr(compilation, "MAPS", tmp_path / "none")
    monkeypatch.setattr(compilation, "MOST_MAPS", 0)
    compilation.bound_programs()
    assert not cleared


def test_fits_look_now_and_then(cleared, monkeypatch):
    monkeypatch.setattr(compilation, "MOST_MAPS", 0)
    for _ in range(3 * compilation.EVERY):
        with compilation.precision("float32"):
            pass
    assert len(cleared) == 3


def test_only_what_proposes_is_multiplied_with_rounded_factors(monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    before = jax.config.jax_default_matmul_precision
    with compilation.precision("float32"):
        assert jax.config.jax_default_matmul_precision == "highest"
        with compilation.rounded_products():
            assert jax.config.jax_default_matmul_precision == "tensorfloat32"
        assert jax.config.jax_default_matmul_precision == "highest"
    assert jax.config.jax_default_matmul_precision == before
    with compilation.arithmetic("float64"):  # of a thread beside it
        assert jax.config.jax_default_matmul_precision == "highest"
        assert jax.config.jax_enable_x64
