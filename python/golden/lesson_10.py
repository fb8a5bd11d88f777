"""Golden values of lesson 10, Metrics: tests/golden/lesson_10.json.

    python python/golden/lesson_10.py

For each drawn picture of the lesson, for its perfect prediction and for one in which every pixel is wrong, and for all pictures in one
matrix: scikit-learn's confusion matrix and measures by class and over the classes. What is 0 / 0 is null, and no part of a mean.
Made with scikit-learn 1.9.1.
"""
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, jaccard_score, precision_score, recall_score

from lab import rounded

ROOT = Path(__file__).resolve().parents[2]
PRESETS = ROOT / "www" / "learn" / "10-metrics" / "presets.json"
GOLDEN = ROOT / "tests" / "golden" / "lesson_10.json"
IDS = [0, 1, 2]


def read(rows):
    return np.array([0 if letter == "." else int(letter) for letter in "".join(rows)])


def measured(truth, predicted):
    there = np.union1d(truth, predicted).tolist()
    iou = jaccard_score(truth, predicted, labels=IDS, average=None, zero_division=0)
    iou[~np.isin(IDS, there)] = np.nan
    by_class = {score.__name__.split("_")[0]: rounded(score(truth, predicted, labels=IDS, average=None, zero_division=np.nan))
                for score in (f1_score, precision_score, recall_score)}
    return {
        "confusion": confusion_matrix(truth, predicted, labels=IDS).tolist(),
        "iou": rounded(iou), **by_class,
        "mean_iou": rounded(jaccard_score(truth, predicted, labels=there, average="macro", zero_division=0)),
        "global_iou": rounded(jaccard_score(truth, predicted, labels=IDS, average="micro", zero_division=0)),
        "global_f1": rounded(f1_score(truth, predicted, labels=IDS, average="micro", zero_division=0)),
        "weighted_iou": rounded(jaccard_score(truth, predicted, labels=IDS, average="weighted", zero_division=0)),
        "accuracy": rounded(accuracy_score(truth, predicted)),
    }


def main():
    cases = {name: [read(case[key]) for key in ("truth", "prediction")] for name, case in json.loads(PRESETS.read_text())["cases"].items()}
    golden = {}
    for name, (truth, predicted) in cases.items():
        golden[name] = {"given": measured(truth, predicted), "perfect": measured(truth, truth), "inverted": measured(truth, (truth + 1) % len(IDS))}
    golden["all"] = measured(*(np.concatenate(masks) for masks in zip(*cases.values())))
    GOLDEN.write_text(json.dumps(golden, separators=(",", ":"), allow_nan=False) + "\n")
    for name, case in golden.items():
        print(name, case.get("given", case))
    print(GOLDEN.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
