"""The checks for penalties and losses of one's own: sound ones pass, spoilt ones are told why."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from spinnery import losses
from spinnery.losses import (
    AnyLoss,
    Huber,
    Logistic,
    Loss,
    Poisson,
    SoftmaxCrossEntropy,
    Squared,
)
from spinnery.penalties import (
    CompositeMCP,
    GroupLasso,
    GroupMCP,
    IntegrativeMCP,
    Lasso,
    RadialPenalty,
    Rows,
)
from spinnery.testing import check_loss, check_penalty

# -- penalties --------------------------------------------------------------------------------


class ElasticNorm(RadialPenalty):
    """`lam (alpha t + (1 - alpha) t^2 / 2)` of the norm: its slope at zero is `alpha lam`."""

    lam: float
    alpha: float = 0.5
    weights: object = eqx.field(default=None, kw_only=True)
    groups: object = eqx.field(default=Rows(), kw_only=True)

    def scalar_value(self, t, lam):
        return lam * (self.alpha * t + (1 - self.alpha) * t**2 / 2)

    def scalar_slope(self, t, lam):
        return lam * (self.alpha + (1 - self.alpha) * t)

    def scalar_prox(self, t, lam, step):
        return jnp.maximum(t - step * lam * self.alpha, 0) / (1 + step * lam * (1 - self.alpha))


@pytest.mark.parametrize(
    "penalty",
    [ElasticNorm(0.2), ElasticNorm(30.0, alpha=0.02), GroupMCP(1e-3, gamma=1.2),
     IntegrativeMCP(0.02, alpha=0.6, gamma=4.0)],
    ids=lambda p: type(p).__name__,
)  # fmt: skip
def test_sound_penalties_pass(penalty):
    before = jax.config.jax_enable_x64
    for seed in range(3):
        assert check_penalty(penalty, random_state=seed) is None
    assert jax.config.jax_enable_x64 == before


class SlopeOfLam(ElasticNorm):
    """Case 7: a certificate that takes `lam` for the slope at zero."""

    def distance(self, W, gradient):
        inside = super().distance(W, gradient)
        at_zero = jnp.maximum(self.norms(gradient) - self.lams(self.norms(W)), 0)
        return jnp.where(self.norms(W) > 0, inside, at_zero)


class ForgetsStep(GroupLasso):
    def prox(self, W, step, at=None):
        return super().prox(W, 1.0 + 0 * step)


class ForgetsConcavity(GroupMCP):
    def scalar_prox(self, t, lam, step):
        return jnp.where(t <= self.gamma * lam, jnp.maximum(t - step * lam, 0), t)


class TooLongSteps(GroupMCP):
    @property
    def max_step(self):
        return 2 * self.gamma


class Shifted(GroupLasso):
    def group_values(self, W):
        return super().group_values(W) + 0.5


class Negative(GroupLasso):
    def group_values(self, W):
        return -super().group_values(W)


class ForgetsSum(GroupLasso):
    def value(self, W):
        return jnp.max(self.group_values(W), axis=0)


class SmallestLambda(GroupLasso):
    def lambda_max(self, gradient):
        return jnp.min(self.norms(gradient), axis=0)


class NoSlopeAtZero(ElasticNorm):
    alpha: float = 0.0


class ForgetsGroups(Lasso):
    def group_values(self, W):
        return self.lam * jnp.sum(jnp.abs(W), axis=-1)


class ForgetsWeights(Lasso):
    def group_values(self, W):
        return self.lam * self.groups.reduce(jnp.abs(W))


class MixesLanes(GroupLasso):
    def distance(self, W, gradient):
        found = super().distance(W, gradient)
        return jnp.broadcast_to(jnp.max(found, axis=-1, keepdims=True), found.shape)


class MixesGroups(GroupLasso):
    def prox(self, W, step, at=None):
        return super().prox(W, step) * (jnp.sum(W**2) > 0) + 0 * jnp.mean(W) + jnp.mean(W, 0) / 9


class DividesByZero(GroupLasso):
    def prox(self, W, step, at=None):
        norms = self.norms(W)
        return W * self.groups.expand(jnp.maximum(norms - step * self.lams(norms), 0) / norms)


class Branches(GroupLasso):
    def lambda_max(self, gradient):
        return 0.0 if jnp.max(gradient) == 0 else super().lambda_max(gradient)


class DropsRows(GroupLasso):
    def prox(self, W, step, at=None):
        return super().prox(W, step)[..., :1]


class Changes(GroupLasso):
    def with_lam(self, lam):
        object.__setattr__(self, "lam", lam)
        return self


class KeepsLam(GroupLasso):
    def with_lam(self, lam):
        return self


class ForgetsSquare(CompositeMCP):
    """A prox by tangents that thresholds by more than the tangent's slope."""

    def prox(self, W, step, at=None):
        return super().prox(W, 3 * step, at)


class OtherTangent(CompositeMCP):
    """Without `at`, the tangent at zero."""

    def prox(self, W, step, at=None):
        return super().prox(W, step, jnp.zeros_like(W) if at is None else at)


class StandsStill(CompositeMCP):
    """Never raises the objective, nor lowers it."""

    def prox(self, W, step, at=None):
        return W if at is None else at


class OtherSlope(CompositeMCP):
    def slope_at_zero(self):
        return jnp.asarray(self.lam)


class TooFar(GroupLasso):
    """A distance that forgets where the penalty pulls."""

    def distance(self, W, gradient):
        at_zero = jnp.maximum(self.norms(gradient) - self.lams(self.norms(W)), 0)
        return jnp.where(self.norms(W) > 0, self.norms(gradient), at_zero)


SPOILT_PENALTIES = [
    (SlopeOfLam(0.2),
     r"SlopeOfLam\.distance\(W, gradient\) with W = \[0\., 0\., 0\., 0\.\], gradient = .*: "
     r"expected .*, the rate at which the objective falls along .*; got"),
    (ForgetsStep(1.0), r"ForgetsStep\.prox\(W, step\) with .* expected the V of least 1/2 \|\|V - "
                       r"W\|\|\^2 \+ step \* Pen\(V\), as .* with .*; got .* with"),
    (ForgetsConcavity(1.0), r"ForgetsConcavity\.prox\(W, step\) with .* expected the V of least"),
    (TooLongSteps(1.0), r"TooLongSteps\.prox\(W, step\) with .* max_step = 6: expected the V of"),
    (Shifted(1.0), r"Shifted\.group_values\(W\) with W = 0: expected 0 in every group; got 0\.5"),
    (Negative(1.0), r"Negative\.group_values\(W\) with .*: expected a value of at least 0; got -"),
    (ForgetsSum(1.0), r"ForgetsSum\.value\(W\): expected the sum of group_values over groups"),
    (SmallestLambda(1.0), r"SmallestLambda\.lambda_max\(gradient\) with .*: expected the "
                          r"smallest lam at which W = 0 is stationary; got .* distance\(0, "),
    (NoSlopeAtZero(1.0), r"NoSlopeAtZero\.lambda_max\(gradient\) with .*: expected a finite"),
    (ForgetsGroups(1.0),
     r"ForgetsGroups\.group_values\(W\): expected an array of shape \(3, 8\); got \(6, 8\)"),
    (ForgetsWeights(1.0),
     r"ForgetsWeights\.group_values\(W\) with .*: expected the value at lam \* weight, "),
    (MixesLanes(1.0), r"MixesLanes\.distance\(W, gradient\): expected no change when another "
                      r"lane's weights and gradient change"),
    (MixesGroups(1.0), r"MixesGroups\.prox\(W, step, at\): expected no change when another "
                       r"group's weights and gradient change"),
    (DividesByZero(1.0), r"DividesByZero\.prox\(W, step\) with .*: expected finite weights; got "
                         r".*nan"),
    (Branches(1.0), r"Branches\.lambda_max\(gradient\) with arrays of shape .*: expected code that "
                    r"JAX can compile; got TracerBoolConversionError: "),
    (DropsRows(1.0),
     r"DropsRows\.prox\(W, step, at\): expected an array of shape \(6, 8, 4\); got \(6, 8, 1\)"),
    (Changes(1.0), r"Changes\.with_lam and with_groups: expected the original left as it was"),
    (KeepsLam(1.0), r"KeepsLam\.with_lam\(3\.5\)\.lam: expected 3\.5; got 1\."),
    (ForgetsSquare(1.0), r"ForgetsSquare\.prox\(W"),
    (OtherTangent(1.0), r"OtherTangent\.prox\(W, step\) with .*: expected what it is with at=W"),
    (StandsStill(1.0), r"StandsStill\.prox\(W - s \* gradient, s, at=W\) with .*: expected a move "
                       r"of s times the distance"),
    (OtherSlope(0.5), r"OtherSlope\.slope_at_zero\(\) with lam = 1\.25: expected 1\.5625, .*; got"),
    (TooFar(1.0), r"TooFar\.distance\(W, gradient\) with"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("penalty", "message"), SPOILT_PENALTIES, ids=[type(p).__name__ for p, _ in SPOILT_PENALTIES]
)
def test_spoilt_penalties_are_told_what_is_wrong(penalty, message):
    with pytest.raises(AssertionError, match=f"^{message}"):
        check_penalty(penalty)


def test_only_penalties_and_losses_are_checked():
    message = r"^check_penalty needs an instance of spinnery\.penalties\.Penalty; got the class "
    with pytest.raises(ValueError, match=message + r"GroupLasso\.$"):
        check_penalty(GroupLasso)
    message = r"^check_loss needs an instance of spinnery\.losses\.AnyLoss; got 'squared'\.$"
    with pytest.raises(ValueError, match=message):
        check_loss("squared")


# -- losses -----------------------------------------------------------------------------------


class LogCosh(Loss):
    scaling = "standard"

    def value(self, outputs, targets):
        size = jnp.abs(outputs - targets)
        return jnp.sum(size + jnp.log1p(jnp.exp(-2 * size)) - jnp.log(2), axis=-1)


class Exponential(Loss):
    """Times `t > 0` of mean `e^g`: `t e^-g + g - 1 - log t`, along its tangent below `g = -30`."""

    scaling = "mean"

    def value(self, outputs, targets):
        high = jnp.maximum(outputs, -30)
        inverse = jnp.exp(-high) * (1 - outputs + high)
        log = jnp.log(targets)
        return jnp.sum(jnp.maximum(targets * inverse + outputs - 1 - log, 0), axis=-1)

    def link_inverse(self, outputs):
        return (np if isinstance(outputs, np.ndarray) else jnp).exp(outputs)


TIMES = np.random.default_rng(0).exponential(size=(9, 1))


@pytest.mark.parametrize("name", losses.BY_NAME)
def test_sound_losses_pass(name):
    before = jax.config.jax_enable_x64
    assert check_loss(losses.resolve(name)) is None
    assert check_loss(losses.resolve(name), random_state=1) is None
    assert jax.config.jax_enable_x64 == before


def test_sound_losses_of_ones_own_pass():
    check_loss(LogCosh())
    check_loss(Huber(delta=0.2))
    check_loss(Exponential(), targets=TIMES)


class Unbounded(Loss):
    """Case 6: Poisson without the part that does not depend on the outputs."""

    scaling = "mean"

    def value(self, outputs, targets):
        low = jnp.minimum(outputs, 30)
        return jnp.sum(jnp.exp(low) * (1 + outputs - low) - targets * outputs, axis=-1)

    def link_inverse(self, outputs):
        return (np if isinstance(outputs, np.ndarray) else jnp).exp(outputs)


class NegativeForSome(Squared):
    def value(self, outputs, targets):
        return super().value(outputs, targets) - 1e-4 * targets[..., 0]


class BarelyNegative(Squared):
    def total(self, outputs, targets, weights):
        return super().total(outputs, targets, weights) - 1e-4


class Overflows(Poisson):
    def value(self, outputs, targets):
        log = jnp.log(jnp.where(targets > 0, targets, 1))
        each = jnp.exp(outputs) - targets + targets * (log - outputs)
        return jnp.sum(jnp.maximum(each, 0), axis=-1)


class Unweighted(Squared):
    def total(self, outputs, targets, weights):
        return jnp.mean(self.value(outputs, targets), axis=0) + 0 * weights[0]


class SeesUnused(Squared):
    """Centred over all samples, those of weight 0 included."""

    def total(self, outputs, targets, weights):
        return super().total(outputs - jnp.mean(outputs, axis=0), targets, weights)


class SeesLanes(Squared):
    def total(self, outputs, targets, weights):
        return super().total(outputs - 1e-3 * jnp.mean(outputs, axis=1, keepdims=True), targets,
                             weights)  # fmt: skip


class SharesTargets(Squared):
    def total(self, outputs, targets, weights):
        return super().total(outputs, targets[:, :1], weights)


class SeesOrder(Squared):
    def total(self, outputs, targets, weights):
        rough = jnp.sum(weights[1:] * weights[:-1] * jnp.diff(outputs[..., 0], axis=0) ** 2, axis=0)
        return super().total(outputs, targets, weights) + rough


class DetachedGradient(Huber):
    def value(self, outputs, targets):
        scale = jax.lax.stop_gradient(1 + jnp.sum(outputs**2, axis=-1))
        return super().value(outputs, targets) * scale / (1 + 1e-4 * scale)


class DiagonalCurvature(SoftmaxCrossEntropy):
    def curvature(self, outputs, targets, weights):
        p = jax.nn.softmax(outputs)
        return weights[:, None, None] * p[:, :, None] * jnp.eye(p.shape[1])


class UnweightedCurvature(Squared):
    def curvature(self, outputs, targets, weights):
        return jnp.broadcast_to(jnp.eye(outputs.shape[1]), (*outputs.shape, outputs.shape[1]))


class FlatCurvature(Squared):
    def curvature(self, outputs, targets, weights):
        return weights[:, None] * jnp.ones_like(outputs)


class Summed(Squared):
    def value(self, outputs, targets):
        return 0.5 * jnp.sum((outputs - targets) ** 2)


class HeldOutOfAll(Squared):
    def held_out(self, outputs, targets, weights, train_weights):
        every = jnp.broadcast_to(weights, train_weights.shape)
        nothing = jnp.all((train_weights > 0) | (weights == 0), axis=0)
        return jnp.where(nothing, jnp.nan, self.total(outputs, targets, every))


class HeldOutUndivided(Squared):
    def held_out(self, outputs, targets, weights, train_weights):
        judge = jnp.where(train_weights > 0, 0, weights)
        mass = jnp.sum(judge, axis=0)
        return self.total(outputs, targets, judge) * mass / mass


class NothingHeldOut(Squared):
    def held_out(self, outputs, targets, weights, train_weights):
        return jnp.nan_to_num(super().held_out(outputs, targets, weights, train_weights))


class UnknownScaling(Squared):
    scaling = "zscore"


class NotSmooth(losses.Absolute):
    smooth = True


class FallingLink(Squared):
    scaling = "none"

    def link_inverse(self, outputs):
        return -outputs


class EndlessLink(Squared):
    scaling = "none"

    def link_inverse(self, outputs):
        return outputs / (outputs > 0)


class SingleLink(Logistic):
    def link_inverse(self, outputs):
        return jax.nn.sigmoid(outputs.astype(np.float32))


class StandardisedRates(Poisson):
    """Case 6: counts that are standardised before a log link sees them."""

    scaling = "standard"


class MeanOfLogits(Logistic):
    scaling = "mean"


TOTAL = r"total\(outputs, targets, weights\)"
HELD_OUT = r"held_out\(outputs, targets, weights, train_weights\)"
SPOILT_LOSSES = [
    (Unbounded(), r"Unbounded\.(value|total)\(outputs, targets.*\) with .*: expected a .*number of "
                  r"at least 0.*; got -"),
    (NegativeForSome(), r"NegativeForSome\.value\(outputs, targets\) with .*: expected a number of "
                        r"at least 0 for every sample, .*: add its lower bound; got -"),
    (BarelyNegative(), rf"BarelyNegative\.{TOTAL} with .*: expected a number of at least 0, as the "
                       r"certificate divides by its root: add its lower bound; got -"),
    (Overflows(), rf"Overflows\.{TOTAL} with outputs = .*: expected finite numbers; got"),
    (Unweighted(), rf"Unweighted\.{TOTAL}: expected no change when outputs and targets of samples "
                   "of weight 0 change"),
    (SeesUnused(), rf"SeesUnused\.{TOTAL}: expected no change when outputs and targets of samples"),
    (SeesLanes(), rf"SeesLanes\.{TOTAL}: expected no change when another lane's outputs change"),
    (SharesTargets(), rf"SharesTargets\.{TOTAL}: expected for a lane with targets of its own what "
                      "it is alone"),
    (SeesOrder(), rf"SeesOrder\.{TOTAL}: expected the same for samples in another order"),
    (DetachedGradient(), rf"DetachedGradient\.{TOTAL}'s gradient along a direction with .*: "
                         "expected .* by differences of total; got"),
    (DiagonalCurvature(), r"DiagonalCurvature\.curvature\(outputs, targets, weights\)\[\d+\] with "
                          ".*: expected .* by differences of total's gradient in that sample's"),
    (UnweightedCurvature(), r"UnweightedCurvature\.curvature\(outputs, targets, weights\)\[0\] "),
    (FlatCurvature(), r"FlatCurvature\.curvature\(outputs, targets, weights\): expected an array "
                      r"of shape \(12, 2, 2\); got \(12, 2\)"),
    (Summed(), r"Summed\.total"),
    (HeldOutOfAll(), rf"HeldOutOfAll\.{HELD_OUT}: expected total over the samples held out"),
    (HeldOutUndivided(), rf"HeldOutUndivided\.{HELD_OUT}: expected total over the samples"),
    (NothingHeldOut(),
     rf"NothingHeldOut\.{HELD_OUT}: expected NaN where nothing was held out; got 0\."),
    (UnknownScaling(), r"UnknownScaling\.scaling: expected one of 'none', 'standard', 'robust', "
                       "'mean'; got 'zscore'"),
    (NotSmooth(), r"NotSmooth\.smooth with .*: expected False, for its gradient jumps; got True"),
    (FallingLink(), r"FallingLink\.link_inverse\(outputs\) with .*: expected predictions that"),
    (EndlessLink(), r"EndlessLink\.link_inverse\(outputs\) with .*: expected finite predictions"),
    (SingleLink(), r"SingleLink\.link_inverse\(outputs\): expected for NumPy's float64 of shape "
                   r"\(81, 1\) as much of the same shape; got float32 of shape \(81, 1\)"),
    (StandardisedRates(), r"StandardisedRates\.(total|link_inverse)"),
    (MeanOfLogits(), r"MeanOfLogits\.link_inverse\(outputs \+ 1\) with .*: expected .* as targets "
                     "scaled by 'mean' are taken back; got"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("loss", "message"), SPOILT_LOSSES, ids=[type(p).__name__ for p, _ in SPOILT_LOSSES]
)
@pytest.mark.filterwarnings("ignore:(invalid value|divide by zero) encountered:RuntimeWarning")
def test_spoilt_losses_are_told_what_is_wrong(loss, message):
    with pytest.raises(AssertionError, match=f"^{message}"):
        check_loss(loss)


def test_losses_of_other_targets_are_told_to_say_which():
    message = r"for the usual targets \(pass targets= if the loss takes others\), .*; got nan\.$"
    with pytest.raises(AssertionError, match=message):
        check_loss(Exponential(), targets=None)
    message = (
        r"^targets must be finite numbers for at least 6 samples, shape \(n, q\); got shape "
        r"\(9,\) with 0 that are not finite\.$"
    )
    with pytest.raises(ValueError, match=message):
        check_loss(Exponential(), targets=TIMES[:, 0])


def test_number_of_outputs_must_be_one():
    class Half(Squared):
        def n_outputs(self, n_columns):
            return n_columns / 2

    with pytest.raises(
        AssertionError, match=r"^Half\.n_outputs\(2\): expected how many .*got 1\.0"
    ):
        check_loss(Half())


def test_any_loss_needs_its_methods():
    with pytest.raises(TypeError, match="abstract"):
        AnyLoss()
