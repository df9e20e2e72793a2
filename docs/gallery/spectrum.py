"""
A spectrum: where in the infrared is the origin of a coffee?
============================================================

Sixty coffees from three countries, their infrared spectra (ATR-FTIR) at 1,841 points (package
``chemotools``, which numbers the points and does not give their wavenumbers). Neighbouring points
say nearly the same, which is what makes spectra hard to select from.
"""

# %%
# Given single points, a fit takes several of one peak, since their differences say something, too.
# So that a *band* is chosen, points are averaged by twenties first. A third of the coffees is put
# aside.

import numpy as np
from chemotools.datasets import load_coffee
from matplotlib import pyplot
from sklearn.model_selection import train_test_split

from spinnery import SPINNClassifierCV

spectra, labels = load_coffee()
y = labels.to_numpy().ravel()
points = np.arange(spectra.shape[1])
bands = spectra.T.groupby(points // 20).mean().T.add_prefix("band ")
X_train, X_test, y_train, y_test = train_test_split(
    bands, y, test_size=1 / 3, stratify=y, random_state=0
)

# %%
# How many bands? Left to itself a fit takes a dozen and more: where classes can be told apart
# without error, each further band makes the probabilities a little surer, and the held-out loss
# falls. So we say what an instrument could measure, at most four bands:

model = SPINNClassifierCV(max_features=4, random_state=0).fit(X_train, y_train)
print(*model.get_feature_names_out(), sep="\n")
print("hidden layers:", model.hidden_ or "none")
print(
    f"{(model.predict(X_test) == y_test).sum()} of {len(y_test)} coffees put aside are told right"
)

# %%
# Where do the selected bands lie in the spectra?

figure, ax = pyplot.subplots(figsize=(7, 3.5), layout="constrained")
for origin in np.unique(y_train):
    rows = X_train.index[y_train == origin]
    ax.plot(points, spectra.loc[rows].mean(), label=origin, linewidth=1)
for band in model.get_support(indices=True):
    ax.axvspan(20 * band, 20 * band + 20, color="0.8", zorder=0)
ax.set(xlabel="point of the spectrum", ylabel="absorption, mean of an origin")
ax.legend(frameon=False)

# %%
# How many others say nearly the same? For each band the largest correlation with a selected one:

correlations = np.abs(np.corrcoef(X_train.T))[:, model.selected_].max(axis=1)
others = correlations[~model.selected_]
print(
    f"{(others > 0.95).sum()} of {len(others)} other bands correlate above 0.95 with a selected one"
)

# %%
# **What one may conclude.** Four bands are enough to tell these coffees' origins as often as the
# line above says; a cheap instrument that measures a few would be worth a trial.
#
# **What not.** That these bands, and the molecules that absorb there, *make* the difference: others
# would have done as well. With twenty coffees put aside one error more or less is five points, so
# the share right is rough. And all spectra come from one instrument: another needs a calibration.
