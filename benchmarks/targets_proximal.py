"""What the linear solvers set out to reach, judged on the rows of out/*.json."""

from targets import Target

COMMAND = "python benchmarks/proximal.py --parts {}"
OURS = ("ours", "ours, tol = 1e-3")
GAIN = {"cosines": 2.5, "wavelets (db4)": 2.3}  # dB


def all_(rows: dict) -> list[Target]:
    """Every target, in the order of the tables that follow."""
    return [*_lasso(rows), *_codes(rows), *_dictionary(rows), *_deblurring(rows)]


def _lasso(rows: dict):
    text = "ista: objective within 1e-5 of scikit-learn's Lasso and the same support, ten problems"
    found, command = rows["proximal_lasso"], COMMAND.format("lasso")
    if not found:
        yield Target(text, "", None, command)
        return
    worst, same = max(abs(r["gap"]) for r in found), sum(r["same_support"] for r in found)
    measured = f"within {worst:.0e}; the same support in {same} of {len(found)}"
    yield Target(text, measured, worst <= 1e-5 and same == len(found) >= 10, command)


def _codes(rows: dict):
    command = COMMAND.format("codes")
    text = "sparse_code, {}: ≥ 10 times faster than sparse_encode, objective within 1e-4"
    found = rows["proximal_codes"]
    if not found:
        yield Target(text.format("each dictionary"), "", None, command)
    for r in found:
        measured = (
            f"{r['ratio']:.1f} times ({r['seconds']:.2f} s, {r['peer']:.2f} s), {r['gap']:.0e}"
        )
        name = f"{r['dictionary']}, lam = {r['lam']:g}"
        yield Target(text.format(name), measured, r["ratio"] >= 10 and r["gap"] <= 1e-4, command)


def _dictionary(rows: dict):
    text = "DictionaryLearning: scikit-learn's objective in at most half its time"
    command = COMMAND.format("dictionary")
    found = {r["method"]: r for r in rows["proximal_dictionary"]}
    for peer in ("scikit-learn", "scikit-learn, mini-batches"):
        name = f"{text} ({peer})"
        if not {*OURS, peer} <= found.keys():
            yield Target(name, "", None, command)
            continue
        theirs = found[peer]
        low = [found[m] for m in OURS if found[m]["objective"] <= theirs["objective"]]
        ours = min(low or [found[OURS[0]]], key=lambda r: r["seconds"])
        measured = (
            f"{ours['objective']:.4f} in {ours['seconds']:.1f} s against "
            f"{theirs['objective']:.4f} in {theirs['seconds']:.1f} s"
        )
        reached = bool(low) and ours["seconds"] <= 0.5 * theirs["seconds"]
        yield Target(name, measured, reached, command)


def _deblurring(rows: dict):
    command = COMMAND.format("deblurring")
    found = {r["basis"]: r for r in rows["proximal_deblurring"]}
    for basis, gain in GAIN.items():
        text = f"deblurring, {basis}: ≥ {gain} dB over the blurred image, 512 x 512 within 10 s"
        if basis not in found:
            yield Target(text, "", None, command)
            continue
        r = found[basis]
        measured = f"{r['gain']:.2f} dB in {r['seconds']:.1f} s"
        yield Target(text, measured, r["gain"] >= gain and r["seconds"] <= 10, command)
