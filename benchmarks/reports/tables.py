"""The table that every report is made of, and where the pages are."""

import pandas as pd
from sklearn.datasets import load_breast_cancer

from ..common import HERE

PAGES = HERE / "out" / "reports"


def tumours() -> tuple[pd.DataFrame, pd.Series]:
    """300 tumours, 12 measurements, and whether they are benign."""
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    return X.iloc[:300, :12], y[:300].rename("benign")
