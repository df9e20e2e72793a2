"""
Tumours: which of thirty measurements are enough?
=================================================

569 breast tumours, 30 measurements of cell nuclei in a fine-needle aspirate, and the pathologist's
diagnosis (scikit-learn's breast cancer table). A method that is given thirty good columns cannot
go far wrong, so they are hidden among 600 decoys: measured columns whose rows were shuffled.
"""

# %%
# A third of the tumours is put aside first. Nothing below looks at them but the last two figures.

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

# %%
# No decoy is among them, and the check for nothing (could shuffled diagnoses have done as well?)
# is as clear as 499 shuffles can be:

print(f"decoys selected: {(model.selected_ & ~measured).sum()}, p = {model.null_p_value_:.3f}")
print("hidden layers:", model.hidden_ or "none, a linear model")

# %%
# How was the size chosen? Held-out loss over the folds of the training samples:

plotting.plot_cv(model)

# %%
# The tumours put aside:

print(f"accuracy {model.score(X_test, y_test):.3f}")
display = RocCurveDisplay.from_estimator(model, X_test, y_test, pos_label="malignant")
display.ax_.set_title("Tumours that the fit has not seen", loc="left")

# %%
# Their map by the selected columns. Neighbours are alike in what the model uses:

plotting.plot_embedding(model, X_test, y_test, by="selected")

# %%
# **What one may conclude.** A few of the thirty measurements tell benign from malignant tumours
# of this hospital nearly as well as all of them, and the accuracy above is an honest estimate for
# further tumours of the same kind.
#
# **What not.** That the other measurements carry nothing: radius, perimeter and area say nearly
# the same, and one stands in for the others (:func:`spinnery.assess` tells which). That the model
# would do as well in another hospital, whose slides are stained and measured differently. And the
# decoys only show what happens with columns of no use; real useless columns may be correlated
# with useful ones.
