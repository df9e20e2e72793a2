"""The dictionary: what is in it, and by a second route what its numbers are."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from kinds import KINDS
from made import data, evidence, fitted, held_out
from sklearn.metrics import accuracy_score, confusion_matrix, roc_curve

from spinnery import NetworkRegressor, SPINNRegressorCV
from spinnery.metrics import kaplan_meier, log_rank_test
from spinnery.report import report_of, short
from spinnery.report.answers import RMSE
from spinnery.report.blocks import Figure, Table, Text
from spinnery.report.feature_section import LEFT_OUT, feature_section
from spinnery.report.measures import headline
from spinnery.report.model_section import OF_FOUND, OF_NOTHING, model_section
from spinnery.report.performance_section import OF_PARTS, performance_section
from spinnery.report.svg import colour
from spinnery.report.wording import share


def answer(report, begin):
    (found,) = [one["answer"] for one in report["answers"] if one["question"].startswith(begin)]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_plain_numbers_and_text_only(reports, kind):
    report = reports[kind]
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert [one["question"][:6] for one in report["answers"]] == [
        "Is the", "Which ", "How su", "How we", "What s",
    ]  # fmt: skip
    assert all(one["answer"].endswith(".") for one in report["answers"])
    assert report["verdict"].count(". ") == 0 and report["verdict"].endswith(".")


# -- verdict and answers -----------------------------------------------------------------------


def test_verdict_of_a_signal(reports):
    assert reports["measured"]["verdict"] == (
        "There is a signal for “score” (p = 0.0025): 2 of 12 features together predict it; on "
        "unseen samples, 90% of the outcome's variance is predicted (95% interval 85% to 95%); the "
        "mean of all would predict none of it."
    )
    said = answer(reports["measured"], "Is")
    assert "Without any signal, data look like this in at most 0.25% of the cases" in said
    assert "tried on 19 copies with swapped outcomes, did as well on none of them (p = 0.05" in said


def test_verdict_of_nothing(reports):
    report = reports["nothing"]
    assert report["verdict"] == (
        "No signal was found for the outcome (p = 0.43): the model predicts the same for everybody."
    )
    assert answer(report, "Is").startswith("None was found. ")
    assert answer(report, "Which") == "None was selected."
    assert "a weak signal" in answer(report, "What should")
    assert report["features"]["rows"] == [] and not report["signal"]["found"]


def test_a_signal_that_no_model_can_use():
    X, y = data("numbers")
    model = fitted("numbers", X, y, features=(), p_value=0.01)
    assert report_of(model, X, y)["verdict"] == (
        "Something goes with the outcome (p = 0.01), but no feature helps to predict samples that "
        "were not seen: the model predicts the same for everybody."
    )


def test_a_test_that_was_not_made_is_said_to_be_missing(reports):
    report = reports["cross_validated"]
    assert "(untested whether by more than chance)" in report["verdict"]
    assert answer(report, "Is").startswith("Not tested")
    assert report["signal"]["p_value"] is None


def test_bad_predictions_are_not_called_predictions():
    X, y = data("numbers")
    model = fitted("numbers", X, y)
    model.cv_predictions_ = -model.cv_predictions_
    assert report_of(model, X, y, target="score")["verdict"].startswith(
        "There is a signal for “score” (p = 0.0025): 2 of 12 features were selected, but in "
        "cross-validation, the model does worse than the mean of all would (R² -"
    )


def test_sure_with_and_without_evidence(reports):
    assert answer(reports["measured"], "How sure") == (
        "Both are firm: picked by at least 70% of 100 fits to random halves of the samples. Of all "
        "12 features, at most 1 is expected to come so far by mistake: firm is not proven. Picked "
        "by: “x0” 98%, “x1” 79%."
    )
    assert answer(reports["refitted"], "How sure").startswith(
        "1 of 2 came back in each of 5 refits without a part of the samples: “x0”. That is a hint"
    )
    assert answer(reports["cross_validated"], "How sure").startswith("Not measured")
    X, y = data("numbers")
    model = fitted("numbers", X, y)
    none = report_of(model, X, y, evidence(model, X, y, threshold=np.inf))
    assert answer(none, "How sure").startswith("None can be called firm")
    few = report_of(model, X, y, evidence(model, X, y, threshold=0.8, expected_false=2.0))
    assert answer(few, "How sure").startswith("1 of 2 selected is firm: picked by at least 80% of")
    assert "at most 2 are expected to come so far by mistake" in answer(few, "How sure")
    no_one = report_of(model, X, y, evidence(model, X, y, threshold=0.99))
    assert answer(no_one, "How sure") == (
        "None of the 2 selected is firm: that takes 99.0% of 100 fits to random halves of the "
        "samples. Picked by: “x0” 98%, “x1” 79%. Firm as groups with their twins (features that "
        "say nearly the same), though none of a group is by itself: those of “x0”."
    )
    assert "2 of 12 features, none of which is firm by itself, together pre" in no_one["verdict"]
    assert "those that are not firm are true findings" in answer(no_one, "What should")
    assert answer(reports["mixed"], "How sure").startswith("2 of 3 selected are firm")
    assert none["evidence"]["threshold"] is None


# -- who was judged ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "judged", "mark"),
    [("measured", "held out", "unseen samples"), ("refitted", "held out", "unseen samples"),
     ("tested", "test", "test samples"), ("training", "training", "training samples"),
     ("cross_validated", "cross-validated", "cross-validated samples")],
)  # fmt: skip
def test_the_most_honest_predictions_are_judged(reports, kind, judged, mark):
    found = reports[kind]["performance"]
    assert (found["kind"], found["mark"]) == (judged, mark)
    assert (found["caution"] is None) == (judged in ("held out", "test"))


def test_training_samples_are_never_called_performance(reports):
    report = reports["training"]
    assert "was not measured" in report["verdict"] and "%" not in report["verdict"]
    assert answer(report, "How well").startswith("Not measured on unseen samples. On the training")
    assert "does not measure performance" in report["methods"]["text"]


def test_features_of_some_cohorts_say_so(reports):
    said = answer(reports["cohorts"], "Which")
    for row in reports["cohorts"]["features"]["rows"]:
        used = sum(bool(value) for value in row["strengths"].values())
        if row["selected"]:
            assert (f"“{row['feature']}” ({row['effect']}, in {used} of 12" in said) == (
                used < 12 and row["effect"] in ("up", "down")
            )
    assert "of 12 cohorts)" in said and "cohorts)" not in answer(reports["measured"], "Which")


def test_misses_are_told_in_the_outcomes_units(reports):
    for kind in ("measured", "counts", "tested"):
        report, said = reports[kind], answer(reports[kind], "How well")
        error = {row["measure"]: row["value"] for row in report["performance"]["measures"]}[RMSE]
        assert f"Its {RMSE} is {short(error)}, in the outcome's units" in said
        assert ("that of the mean of all is about" in said) == (kind != "tested")
    for kind in ("classes", "survival", "several_outputs", "training"):
        assert "in the outcome's units" not in answer(reports[kind], "How well")


def test_measures_are_those_of_held_out_predictions():
    X, y = data("numbers")
    model = fitted("numbers", X, y)
    held = held_out(model, X)
    report = report_of(model, X, y, held_out=held)
    row = report["performance"]["measures"][0]
    errors = [np.mean((y[rows] - held.outputs[rows, 0]) ** 2) for rows in held.folds]
    value = 1 - np.mean(errors) / y.var()  # beside the variance of all
    assert row["measure"] == "R²" and row["value"] == pytest.approx(value, rel=1e-5)
    assert row["low"] < row["value"] < row["high"] <= 1
    found = report["performance"]["pictures"][0]
    np.testing.assert_allclose(found["predicted"], held.outputs[:, 0], rtol=1e-5)
    np.testing.assert_allclose(found["observed"], y, rtol=1e-5)
    miss = np.abs(y - held.outputs[:, 0])
    assert report["worst"]["samples"][0]["row"] == np.argmax(miss)
    assert report["worst"]["samples"][0]["miss"] == pytest.approx(miss.max(), rel=1e-5)


def test_cross_validated_measures_leave_out_what_no_fold_held_out():
    X, y = data("classes")
    model = fitted("classes", X, y)
    model.cv_predictions_[:7] = np.nan
    found = report_of(model, X, y)["performance"]
    assert found["n_samples"] == 113
    named = model.classes_[model.cv_predictions_[7:].argmax(axis=1)]
    assert found["measures"][0]["value"] == pytest.approx(accuracy_score(y[7:], named), rel=1e-5)


# -- pictures ----------------------------------------------------------------------------------


def test_pictures_of_two_classes():
    X, y = data("classes")
    model = fitted("classes", X, y)
    roc, calibration, confusion = report_of(model, X, y)["performance"]["pictures"]
    proba = model.cv_predictions_
    false, true, _ = roc_curve(y == "class 1", proba[:, 1])
    np.testing.assert_allclose(roc["false"], false, atol=1e-6)
    np.testing.assert_allclose(roc["true"], true, atol=1e-6)
    assert sum(g["n"] for g in calibration["groups"]) == 120
    happened = sum(g["n"] * g["observed"] for g in calibration["groups"])
    assert happened == pytest.approx((y == "class 1").sum(), rel=1e-5)
    named = model.classes_[proba.argmax(axis=1)]
    assert confusion["counts"] == confusion_matrix(y, named).tolist()
    assert confusion["classes"][0]["recall"] == pytest.approx(
        np.mean(named[y == "class 0"] == "class 0"), rel=1e-5
    )


def test_many_classes_have_a_row_each_and_no_square(reports):
    picture = reports["many_classes"]["performance"]["pictures"][-1]
    assert len(picture["classes"]) == 40 and picture["counts"] is None
    assert len(picture["mistaken"]) == 12
    n = [one["n"] for one in picture["mistaken"]]
    assert n == sorted(n, reverse=True) and n[-1] > 0


def test_survival_curves_by_thirds_of_risk():
    X, y = data("survival")
    model = fitted("survival", X, y)
    (picture,) = report_of(model, X, y)["performance"]["pictures"]
    risk = model.cv_predictions_
    third = np.argsort(np.argsort(risk)) // 40
    for g, one in enumerate(picture["groups"]):
        curve = kaplan_meier(y[third == g])
        falls = curve.n_events > 0
        np.testing.assert_allclose(one["share"][: falls.sum()], curve.survival[falls], rtol=1e-5)
        np.testing.assert_allclose(one["time"][: falls.sum()], curve.times[falls], rtol=1e-5)
        assert one["events"] == y["event"][third == g].sum()
        assert one["at_risk"][0] == one["n"] == 40
    assert picture["p_value"] == pytest.approx(log_rank_test(y, third).p_value, rel=1e-5)


def test_thirds_are_cut_within_cohorts(reports):
    picture = reports["survival_cohorts"]["performance"]["pictures"][0]
    assert picture["within_cohorts"]
    assert [one["n"] for one in picture["groups"]] == [50, 50, 50]


# -- features ----------------------------------------------------------------------------------


def test_curves_without_evidence_are_the_models_own():
    X, y = data("numbers")
    model = fitted("numbers", X, y)
    row = report_of(model, X, y)["features"]["rows"][0]
    (curve,) = row["curve"]["cohorts"]
    assert curve["error"] is None and row["feature"] == "x0" and row["effect"] == "up"
    set_to = np.repeat(X[None], len(curve["values"]), axis=0)
    set_to[:, :, 0] = np.array(curve["values"])[:, None]
    by_hand = np.array([model.predict(one).mean() for one in set_to])
    np.testing.assert_allclose(curve["curve"], by_hand - by_hand.mean(), atol=1e-4)


def test_firm_features_come_first_and_twins_are_told(reports):
    first, second = reports["measured"]["features"]["rows"]
    assert (first["feature"], first["stable"], first["frequency"]) == ("x0", True, 0.98)
    assert first["cluster"] == {
        "stable": True, "frequency": 1.0, "n_features": 2, "twins": ["its twin"],
        "selected_twin": None,
    }  # fmt: skip
    assert second["stand_ins"] == ["x2"] and second["times_selected"] == 4


def test_firm_ones_that_the_model_lacks_say_why(reports):
    report = reports["left_out"]
    rows = {row["feature"]: row for row in report["features"]["rows"]}
    assert not rows["x1"]["selected"] and rows["x1"]["cluster"]["selected_twin"] == "x0"
    assert not rows["x2"]["selected"] and rows["x2"]["cluster"]["selected_twin"] is None
    assert "in the model: “x1”, “x2”; beside those in it, they add too" in answer(report, "Which")
    section = feature_section(report)
    assert section.title == "The selected features, and firm ones beside them"
    assert LEFT_OUT in [block.text for block in section.blocks if isinstance(block, Text)]
    first = {row[0].text: row for row in section.blocks[0].rows}
    assert first["x1"][0].more == "firm, but not in the model: its twin “x0” is"
    assert first["x2"][0].more == "firm, but not in the model"
    assert [cell.text for cell in first["x2"]].count("not in the model") == 4


def test_a_cohort_has_one_colour_in_all_rows(reports):
    report = reports["cohorts"]
    places = {one["cohort"]: k for k, one in enumerate(report["cohorts"])}
    table = next(b for b in feature_section(report).blocks if isinstance(b, Table))
    skipped = 0
    for row, cells in zip(report["features"]["rows"], table.rows, strict=True):
        drawn = re.findall(r'class="series ([^"]*)" data-name="(site \d+)"', cells[1].drawing)
        assert len(drawn) == len(row["curve"]["cohorts"] if row["curve"] else ())
        assert all(kind == colour(places[name]) for kind, name in drawn)
        skipped += 0 < len(drawn) < 12
    assert skipped  # a row that lacks a cohort, whose colour no other takes


def test_an_interval_that_holds_knowing_nothing_says_so(reports):
    report = reports["measured"]
    first, *rest = report["performance"]["measures"]
    for low, said in ((-0.46, True), (0.2, False)):
        text, better = headline([first | {"low": low}, *rest])
        assert better and text.endswith(", and the interval does not exclude that") == said
        assert ("below 0%" in text) == said


def test_a_cohort_that_is_predicted_worst_is_named(reports):
    found = {one["cohort"]: one["measures"]["R²"] for one in reports["cohorts"]["cohorts"]}
    worst = min(found, key=found.get)
    said = answer(reports["cohorts"], "How well")
    assert f"By cohort, the R² is between {short(found[worst])} (“{worst}”) and" in said
    assert "By cohort" not in answer(reports["measured"], "How well")


def test_twins_are_named_beside_stand_ins_and_counted_in_whole(reports):
    report = reports["measured"]
    row = report["features"]["rows"][1]
    cluster = row["cluster"] | {"twins": list("abcdefghijkl"), "n_features": 31}
    rows = [report["features"]["rows"][0], row | {"cluster": cluster}]
    table = feature_section(report | {"features": report["features"] | {"rows": rows}}).blocks[0]
    cell = table.rows[1][table.columns.index("Could be instead")]
    assert cell.text == "“x2”"
    assert cell.more == "twins: “a”, “b”, “c”, “d” and 26 more"


@pytest.mark.parametrize(
    ("p_value", "text"), [(0.43, OF_NOTHING), (0.01, OF_FOUND), (np.nan, OF_FOUND)]
)
def test_the_curve_of_sizes_is_told_by_what_the_test_said(p_value, text):
    X, y = data("numbers")
    section = model_section(report_of(fitted("numbers", X, y, features=(), p_value=p_value), X, y))
    (figure,) = [block for block in section.blocks if isinstance(block, Figure)]
    assert figure.caption.endswith(text)


def test_an_empty_model_has_no_pictures_of_its_constants(reports):
    report = reports["nothing"]
    assert report["performance"]["pictures"] == [] and report["worst"] is None
    assert reports["measured"]["performance"]["pictures"] and reports["measured"]["worst"]


def test_a_loss_stands_beside_what_all_features_gain(reports):
    model = reports["measured"]["model"]
    gain = model["sizes"][0]["cv_mean"] - model["cv_loss"]
    table = feature_section(reports["measured"]).blocks[0]
    column = table.columns.index("Loss without it")
    for row, cells in zip(reports["measured"]["features"]["rows"], table.rows, strict=True):
        assert cells[column].more == f"{share(row['importance'] / gain)} of what all gain"
    model = model | {"sizes": [model["sizes"][0] | {"cv_mean": model["cv_loss"]}]}
    cells = feature_section(reports["measured"] | {"model": model}).blocks[0].rows[0]
    assert cells[column].more == ""  # nothing is gained


def test_one_feature_is_not_these_features():
    X, y = data("numbers")
    report = report_of(fitted("numbers", X, y, features=(0,)), X, y)
    said = answer(report, "What should I not")
    assert "That this feature causes the outcome: it goes with it." in said
    assert "That it is a true finding" in said


def test_unseen_predictions_of_an_empty_model_differ_and_say_so(reports):
    texts = [b.text for b in performance_section(reports["nothing"]).blocks if isinstance(b, Text)]
    assert OF_PARTS in texts
    texts = [b.text for b in performance_section(reports["measured"]).blocks if isinstance(b, Text)]
    assert OF_PARTS not in texts


def test_what_is_always_in_has_no_frequency(reports):
    rows = {row["feature"]: row for row in reports["mixed"]["features"]["rows"]}
    assert rows["v0"]["always"] and not rows["v1"]["always"]
    assert rows["stage"]["levels"] == 3
    assert rows["stage"]["curve"]["levels"] == ["I", "II", "III"]
    assert "Kept in by request: “v0”." in answer(reports["mixed"], "Which")


def test_cohorts_have_strengths_and_measures_of_their_own(reports):
    report = reports["cohorts"]
    strengths = report["features"]["rows"][-1]["strengths"]
    assert strengths["site 0"] > 0 and strengths["site 1"] == 0 and strengths["site 3"] is None
    assert [one["n_samples"] for one in report["cohorts"]] == [20] * 12
    assert all("R²" in one["measures"] for one in report["cohorts"])


# -- data --------------------------------------------------------------------------------------


def test_facts_of_the_data(reports):
    data = reports["mixed"]["data"]
    assert (data["n_factors"], data["n_gaps"], data["gaps"]) == (1, 7, ["v1"])
    assert (data["constant"], data["numbering"]) == (["same"], ["id"])
    assert any("“id”. Leave it out" in text for text in reports["mixed"]["limits"])
    assert "7 gaps were replaced" in reports["mixed"]["methods"]["text"]


def test_shuffled_numbers_and_counts_are_no_numbering():
    X, y = data("numbers")
    X[:, 2] = np.random.default_rng(0).permutation(120) + 5
    X[:, 3] = np.repeat(np.arange(60), 2)
    X[:, 4] = np.arange(120) / 2
    found = report_of(fitted("numbers", X, y), X, y)["data"]
    assert found["numbering"] == ["x2"]


def test_few_samples_a_bad_fit_and_a_perfect_one_are_warned_of():
    X, y = data("numbers", n=40)
    model = fitted("numbers", X, y)
    model.stationarity_, model.cv_predictions_ = 0.02, y + 1e-3
    limits = " ".join(report_of(model, X, y)["limits"])
    for words in ("With 40 samples", "stopped before its tolerance", "nearly perfect"):
        assert words in limits
    assert "not measured" in limits


def test_the_same_twice():
    assert KINDS["classes"]() == KINDS["classes"]()


# -- what is refused ---------------------------------------------------------------------------


def test_other_data_than_the_fits():
    X, y = data("numbers")
    model = fitted("numbers", X, y)
    with pytest.raises(ValueError) as caught:
        report_of(model, X[:50], y[:50])
    assert str(caught.value) == (
        "X has 50 samples, and the model was fitted to 120. Pass the data of the fit; samples that "
        "it has not seen go to test=(X, y)."
    )
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        report_of(model, X, y[:50])


def test_no_report_of_other_models():
    network = NetworkRegressor()
    network.n_features_in_ = 1  # as after a fit
    with pytest.raises(ValueError) as caught:
        report_of(network)
    assert str(caught.value) == (
        "A report needs a fitted sparse-input estimator, such as SPINNRegressorCV; got "
        "NetworkRegressor."
    )
    with pytest.raises(ValueError, match="not fitted yet"):
        report_of(SPINNRegressorCV())
