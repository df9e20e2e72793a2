"""
Survival: when does breast cancer come back?
============================================

686 women of the German Breast Cancer Study Group, followed until the cancer came back or they
died, or until they left the study (lifelines' ``gbsg2``). Eight columns, among them two factors.
"""

# %%
# A survival outcome is two numbers a woman, given by name. A third of the women is put aside.

import numpy as np
from lifelines.datasets import load_gbsg2
from matplotlib import pyplot
from sklearn.model_selection import train_test_split

from spinnery import SPINNSurvivalCV, plotting, survival_target

table = load_gbsg2()
event, days = table.pop("cens"), table.pop("time")
y = survival_target(event=event, time=days / 365.25)
X_train, X_test, y_train, y_test = train_test_split(
    table, y, test_size=1 / 3, stratify=event, random_state=0
)
X_train.head()

# %%
# The tumour's grade and the menopause are words: each is one feature, in or out as a whole.

model = SPINNSurvivalCV(random_state=0).fit(X_train, y_train)
print(*model.get_feature_names_out(), "- hidden layers:", model.hidden_ or "none")
print(f"p = {model.null_p_value_:.3f}")

# %%
# On the women put aside: how often does, of two of them, the one with the higher predicted risk
# have her event first? A half would be a coin.

print(f"concordance {model.score(X_test, y_test):.3f}")
plotting.plot_kaplan_meier(y_test, model.predict(X_test))

# %%
# The predicted share of women without recurrence, for the women put aside with the lowest, the
# median and the highest predicted risk (such extremes lie farther
# apart than the thirds above, and few women are like them):

order = np.argsort(model.predict(X_test))
women = X_test.iloc[[order[0], order[len(order) // 2], order[-1]]]
years = np.linspace(0, 6, 60)
figure, ax = pyplot.subplots(figsize=(5, 3.5), layout="constrained")
curves = model.predict_survival_function(women, times=years)
ax.plot(years, curves.T, label=["lowest risk", "median", "highest"])
ax.set(xlabel="years", ylabel="share without recurrence", ylim=(0, 1))
ax.legend(frameon=False)

# %%
# **What one may conclude.** The recurrences of women who were not in the fit come in the order
# that the model predicts, better than chance.
#
# **What not.** That the order is good enough for a decision about one woman: a concordance of
# this kind leaves many pairs in the wrong order. That hormones *cause* a longer time without
# recurrence because they are in a model: this reads off who was treated, however they were
# chosen. That a feature which is not selected has no part: it may say what a selected one says.
