"""Pages that other packages write of one table, each with its defaults.

skrub's TableReport and MultiQC's report of the table, interpret's page of an
ExplainableBoostingClassifier, shapash's report of a random forest, judged on the last 100 rows.

    benchmarks/.venv-reports/bin/python -m benchmarks.reports.peer
"""

import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from sklearn.ensemble import RandomForestClassifier

from ..common import options as read_options
from .tables import PAGES, tumours


def skrub(file: Path) -> None:
    from skrub import TableReport

    X, y = tumours()
    file.write_text(TableReport(X.assign(benign=y)).html())


def multiqc(file: Path) -> None:
    X, _ = tumours()
    program = Path(sys.executable).with_name("multiqc")
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "tumours_mqc.tsv"
        table.write_text("# plot_type: 'table'\n" + X.to_csv(sep="\t", index_label="sample"))
        subprocess.run(
            [program, folder, "-f", "-q", "-o", folder, "--no-version-check"], check=True
        )
        file.write_bytes((Path(folder) / "multiqc_report.html").read_bytes())


def interpret(file: Path) -> None:
    from interpret.glassbox import ExplainableBoostingClassifier

    model = ExplainableBoostingClassifier(n_jobs=1, random_state=0).fit(*tumours())
    file.write_text(model.explain_global().visualize().to_html())


def shapash(file: Path) -> None:
    from shapash import SmartExplainer

    X, y = tumours()
    model = RandomForestClassifier(random_state=0).fit(X[:200], y[:200])
    explainer = SmartExplainer(model=model)
    explainer.compile(x=X[200:], y_target=y[200:].to_frame())
    explainer.generate_report(str(file), x_train=X[:200], y_train=y[:200], y_test=y[200:])


def main() -> None:
    read_options(__doc__)
    PAGES.mkdir(parents=True, exist_ok=True)
    for make in (skrub, multiqc, interpret, shapash):
        name = f"{make.__name__} {version(make.__name__)}"
        make(PAGES / f"{name}.html")
        print(f"  {name}", flush=True)


if __name__ == "__main__":
    main()
