"""
Digits: how few pixels tell ten classes apart?
==============================================

1,797 handwritten digits, 8 by 8 pixels (scikit-learn). The features are places on paper, so one
can look at what was selected. It stands here for any table with many classes, cell types for
instance.
"""

# %%
# Half of the digits is put aside.

import numpy as np
from matplotlib import pyplot
from sklearn.datasets import load_digits
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import train_test_split

from spinnery import NetworkClassifier

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X / 16, y, test_size=0.5, stratify=y, random_state=0
)

# %%
# With more samples than features, a network by mini-batches: ``max_features`` says how many
# inputs may stay. The weakest leave during the first half of the training.

settings = {"hidden": (32,), "optimizer": "adam", "learning_rate": 0.01, "epochs": 60}
accuracy = {}
for size in (4, 8, 12, 16, 24, 64):
    model = NetworkClassifier(max_features=size, random_state=0, **settings).fit(X_train, y_train)
    accuracy[size] = model.score(X_test, y_test)
    if size == 16:
        chosen = model
figure, ax = pyplot.subplots(figsize=(5, 3.5), layout="constrained")
print(f"accuracy with 16 pixels {accuracy[16]:.3f}, with all {accuracy[64]:.3f}")
ax.plot(accuracy.keys(), accuracy.values(), "o-")
ax.set(xlabel="pixels used", ylabel="accuracy on digits not seen", ylim=(0, 1))

# %%
# The sixteen pixels, marked on the mean of all digits:

figure, ax = pyplot.subplots(figsize=(3.5, 3.5), layout="constrained")
ax.imshow(X_train.mean(axis=0).reshape(8, 8), cmap="gray_r")
rows, columns = np.divmod(chosen.get_support(indices=True), 8)
ax.scatter(columns, rows, s=120, marker="s", facecolors="none", edgecolors="C1", linewidths=2)
ax.set(xticks=[], yticks=[])

# %%
# Which digits are taken for which, with sixteen pixels:

ConfusionMatrixDisplay.from_estimator(chosen, X_test, y_test, colorbar=False)

# %%
# **What one may conclude.** A quarter of the pixels is nearly enough for these digits, and the
# curve says what each further one buys.
#
# **What not.** That these sixteen are *the* pixels: neighbours say nearly the same, and another
# seed picks other neighbours. That the best size can be read off this curve and its accuracy
# believed: whoever chooses the size by looking at the samples put aside needs a third part to
# measure it.
