"""Golden values of lesson 9, Losses: tests/golden/lesson_09.json.

    python python/golden/lesson_09.py

For each drawn case of the lesson, the scores that its page makes of the prediction and the confidence, in f32, and from them, in float64,
every loss's value and the gradient by the score of each pixel's true class; for one case also with hyper-parameters other than the usual
ones, and the gradients by all scores; for another the values only. The losses are torch's and segmentation_models.pytorch's, with autograd; U-Net's weight map and
V-Net's Dice are lab.py's. For all cases the measures of the lesson's table, by scikit-learn: accuracy and mean IoU.
Made with torch 2.15.0, segmentation_models_pytorch 0.6.0, scikit-learn 1.9.1, scipy 1.17.1.
"""
import json
from pathlib import Path

import numpy as np
import segmentation_models_pytorch as smp
import torch
import torch.nn.functional as F
from segmentation_models_pytorch.losses._functional import softmax_focal_loss_with_logits
from sklearn.metrics import accuracy_score, jaccard_score
from sklearn.utils.class_weight import compute_class_weight

from lab import border_weights, rounded, vnet_dice

ROOT = Path(__file__).resolve().parents[2]
PRESETS = ROOT / "www" / "learn" / "09-losses" / "presets.json"
GOLDEN = ROOT / "tests" / "golden" / "lesson_09.json"
CLASSES = 3

USUAL = {"confidence": 0.9, "class_weights": None, "w0": 10, "sigma": 2, "gamma": 2, "focal_alpha": [1, 1, 1], "smooth": 0, "alpha": 0.3, "beta": 0.7,
         "tversky_smooth": 0}
OTHER = {"confidence": 0.65, "class_weights": [0.5, 1.5, 4], "w0": 5, "sigma": 1.2, "gamma": 0.5, "focal_alpha": [0.25, 0.5, 1], "smooth": 4,
         "alpha": 0.8, "beta": 0.2, "tversky_smooth": 2}


def read(rows):
    return np.array([[0 if letter == "." else int(letter) for letter in row] for row in rows])


def scores_of(predicted, confidence):
    """The predicted class's score is the logit that gives it the confidence, the others' are 0; f32, as the page has them."""
    logit = np.float32(np.log(confidence * (CLASSES - 1) / (1 - confidence)))
    return (logit * (np.arange(CLASSES)[:, None, None] == predicted)).astype(np.float32)


def class_weights_of(truth, weights):
    if weights is not None:
        return torch.tensor(weights, dtype=torch.float64)
    there = np.unique(truth)
    balanced = torch.ones(CLASSES, dtype=torch.float64)
    balanced[there] = torch.from_numpy(compute_class_weight("balanced", classes=there, y=truth.flatten()))
    return balanced


def losses(truth, settings):
    """Key -> the loss of scores."""
    target = torch.from_numpy(truth)[None]
    labels = target.flatten()
    one_hot = F.one_hot(labels, CLASSES).T.double()
    flat = lambda x: x.flatten(2)[0].T
    return {
        "cross_entropy": lambda x: F.cross_entropy(x, target),
        "class_weighted": lambda x: F.cross_entropy(x, target, class_weights_of(truth, settings["class_weights"])),
        "border_weighted": lambda x: (torch.from_numpy(border_weights(truth, settings["w0"], settings["sigma"]))
                                      * F.cross_entropy(x, target, reduction="none")[0]).mean(),
        "focal": lambda x: (torch.tensor(settings["focal_alpha"], dtype=torch.float64)[labels]
                            * softmax_focal_loss_with_logits(flat(x), labels, settings["gamma"], reduction="none")).mean(),
        "dice": lambda x: smp.losses.DiceLoss("multiclass", smooth=settings["smooth"])(x, target),
        "squared_dice": lambda x: vnet_dice(x.flatten(2)[0].softmax(0), one_hot, settings["smooth"]),
        "tversky": lambda x: smp.losses.TverskyLoss("multiclass", alpha=settings["alpha"], beta=settings["beta"],
                                                    smooth=settings["tversky_smooth"])(x, target),
    }


def evaluated(truth, scores, settings, by):
    """Value and gradient of each loss: by every score, by that of each pixel's true class, or none."""
    result = {}
    for key, loss in losses(truth, settings).items():
        x = torch.from_numpy(scores.astype(np.float64))[None].requires_grad_()
        value = loss(x)
        value.backward()
        gradients = {"all": x.grad[0], "true": x.grad[0].gather(0, torch.from_numpy(truth)[None]), "none": None}
        result[key] = {"value": rounded(value.detach()), "gradient": rounded(gradients[by])}
    return result


def main():
    lines = []
    cases = {name: {key: read(rows) for key, rows in case.items()} for name, case in json.loads(PRESETS.read_text())["cases"].items()}
    for name, settings, by in [("cells", USUAL, "true"), ("cells", OTHER, "all"), ("imbalanced", USUAL, "true"), ("merged", USUAL, "none")]:
        truth, predicted = cases[name]["truth"], cases[name]["prediction"]
        scores = scores_of(predicted, settings["confidence"])
        present = np.union1d(truth, predicted)
        case = {
            "preset": name, "settings": settings, "by": by, "logit": float(scores.max()),
            "accuracy": rounded(accuracy_score(truth.flatten(), predicted.flatten())),
            "mean_iou": rounded(jaccard_score(truth.flatten(), predicted.flatten(), labels=present, average="macro", zero_division=0)),
            "losses": evaluated(truth, scores, settings, by),
        }
        for end, prediction in {"perfect": truth, "wrong": (truth + 1) % CLASSES}.items():
            values = losses(truth, settings)
            x = torch.from_numpy(scores_of(prediction, settings["confidence"]).astype(np.float64))[None]
            case[end] = {key: rounded(loss(x)) for key, loss in values.items()}
        lines.append(json.dumps(case, separators=(",", ":"), allow_nan=False))
        print(name, {key: loss["value"] for key, loss in case["losses"].items()}, case["perfect"], case["wrong"], case["accuracy"], case["mean_iou"])
    GOLDEN.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(GOLDEN.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
