"""
Tumours: which of thirty measurements are enough?
=================================================

569 breast tumours, 30 measurements of cell nuclei in a fine-needle aspirate, and the pathologist's
diagnosis (scikit-learn's breast cancer table). A method that is given thirty good columns cannot
go far wrong, so they are hidden among 600 decoys: measured columns whose rows were shuffled.
"""

# %%
# A third of the tumours is put aside first. Nothing below looks at them but the last two figures.

from matplotlib import pyplot
from sklearn.metrics import RocCurveDisplay
from sklearn.model_selection import train_test_split

from spinnery import SPINNClassifierCV, plotting
from spinnery.datasets import make_decoys

X, y, measured = make_decoys(600, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=1 / 3, stratify=y, random_state=0
)
print(X_train.shape, y_train.value_counts().to_dict())

# %%
# One fit chooses the columns, how many, and whether a linear model will do.

model = SPINNClassifierCV(random_state=0).fit(X_train, y_train)
print(*model.get_feature_names_out(), sep="\n")
print("hidden layers:", model.hidden_ or "none, a linear model")

# %%
# Is that all real? The check for nothing (could shuffled diagnoses have done as well?) says that
# there is a signal, not that each column belongs to it:

print(f"p = {model.null_p_value_:.3f}, decoys selected: {(model.selected_ & ~measured).sum()}")

# %%
# How was the size chosen? By held-out loss over folds of the training samples. Where the curve is
# flat, the samples cannot decide between sizes; the ring is the smallest within one standard error.

plotting.plot_cv(model)

# %%
# Whoever wants the list more than the last bit of accuracy takes the ring:

strict = SPINNClassifierCV(rule="1se", random_state=0).fit(X_train, y_train)
print(*strict.get_feature_names_out(), sep="\n")
print(f"decoys selected: {(strict.selected_ & ~measured).sum()}")

# %%
# The tumours put aside:

print(f"accuracy {model.score(X_test, y_test):.3f}, strict {strict.score(X_test, y_test):.3f}")
ax = pyplot.figure(figsize=(4.5, 4.5), layout="constrained").gca()
for name, fitted in {"lowest loss": model, "strict": strict}.items():
    RocCurveDisplay.from_estimator(fitted, X_test, y_test, pos_label="malignant", name=name, ax=ax)
ax.set_title("Tumours that the fits have not seen", loc="left")

# %%
# Their map by the selected columns. Neighbours are alike in what the model uses:

plotting.plot_embedding(strict, X_test, y_test, by="selected")

# %%
# **What one may conclude.** A few of the thirty measurements tell most benign from malignant
# tumours of this hospital, and the accuracies above are honest estimates for further tumours of the
# same kind.
#
# **What not.** That every column of a model chosen for its predictions is real. That the other
# measurements carry nothing: radius, perimeter and area say nearly the same, and one stands in for
# the others (:func:`spinnery.assess` tells which). That the model would do as well in another
# hospital, whose slides are stained and measured differently. And the decoys only show what happens
# with columns of no use; real useless columns may be correlated with useful ones.
