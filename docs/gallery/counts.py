"""
Counts: who goes to see the doctor?
===================================

The RAND health insurance experiment dealt out insurance plans and counted visits to the doctor, in
years of observation (statsmodels' ``randhie``). Counts are no measurements with normal errors:
many are 0, a few are large.
"""

# %%
# 3,000 of the 20,190 person-years, and beside each of the nine columns three copies with shuffled
# rows, to see whether what is useless stays out.

import numpy as np
import pandas as pd
from matplotlib import pyplot
from sklearn.metrics import d2_tweedie_score
from sklearn.model_selection import train_test_split
from statsmodels.datasets import randhie

from spinnery import SPINNRegressorCV

table = randhie.load_pandas().data.sample(3000, random_state=0)
visits = table.pop("mdvis")
rng = np.random.default_rng(0)
for column in list(table):
    for i in range(3):
        table[f"{column}, shuffled {i}"] = rng.permutation(table[column])
X_train, X_test, y_train, y_test = train_test_split(table, visits, test_size=0.5, random_state=0)

# %%
model = SPINNRegressorCV(loss="poisson", random_state=0).fit(X_train, y_train)
print("hidden layers:", model.hidden_ or "none")
strength = pd.Series(model.coef_norm_, table.columns, name="strength")
strength[model.selected_].sort_values(ascending=False).to_frame().round(3)

# %%
# Shuffled columns among them? Cross-validation chooses what predicts best, and a useless column of
# little weight does little harm. Whoever wants the list rather than the prediction takes the
# smallest model within one standard error of the best:

strict = SPINNRegressorCV(loss="poisson", rule="1se", random_state=0).fit(X_train, y_train)
print(*strict.get_feature_names_out(), sep="\n")

# %%
# On the person-years put aside: the share of the deviance that is explained, and whether the
# predicted rates are right on average, in tenths of the samples by predicted rate.

rates = model.predict(X_test)
print(f"share of the deviance explained: {d2_tweedie_score(y_test, rates, power=1):.3f}")
of_strict = d2_tweedie_score(y_test, strict.predict(X_test), power=1)
print(f"by the stricter model: {of_strict:.3f}")
tenths = np.array_split(np.argsort(rates), 10)
predicted = [rates[i].mean() for i in tenths]
observed = [y_test.iloc[i].mean() for i in tenths]
errors = [y_test.iloc[i].std() / np.sqrt(len(i)) for i in tenths]
figure, ax = pyplot.subplots(figsize=(5, 4), layout="constrained")
ax.errorbar(predicted, observed, errors, fmt="o", label="a tenth of the samples, ± standard error")
ax.axline((0, 0), slope=1, color="0.6", zorder=0)
ax.set(xlabel="predicted visits a year", ylabel="observed visits a year")
ax.set(xlim=(0, None), ylim=(0, None))
ax.legend(frameon=False, loc="upper left")

# %%
# **What one may conclude.** Which of the columns go with the number of visits, and that the
# predicted rates are right on average where the points lie on the line.
#
# **What not.** A small share of the deviance means that *single* counts can hardly be predicted,
# however right the rates: most of what makes one person go and another stay away is not in this
# table. The plans were dealt out at random, the illnesses were not: only for the plan's columns
# may one think of a cause. One person may be in the table in several years, and the table does
# not say who; if it did, ``fit(..., groups=person)`` would keep each in one fold.
