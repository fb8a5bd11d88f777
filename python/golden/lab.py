"""Golden values of the lab's losses and metrics: tests/golden/lab.json.

    python python/golden/lab.py

Each case is a small picture: scores `[classes, h, w]` in steps of 1/64, which f32 and JSON hold exactly, a truth `[h, w]` with
255 where nothing is labelled, and the best class of each pixel. Losses and their gradients by the scores are torch's and smp's
in float64, metrics scikit-learn's; where two libraries have the same quantity, they have to agree here. The weight map of
U-Net and the boundaries are computed from their papers with scipy.
Made with torch 2.15.0, torchvision 0.29.2, segmentation_models_pytorch 0.6.0, scikit-learn 1.9.1, scipy 1.17.1.
"""
import json
from pathlib import Path

import numpy as np
import segmentation_models_pytorch as smp
import torch
import torch.nn.functional as F
from scipy import ndimage
from segmentation_models_pytorch.losses._functional import softmax_focal_loss_with_logits
from sklearn.metrics import (accuracy_score, confusion_matrix, f1_score, jaccard_score, multilabel_confusion_matrix,
                             precision_recall_fscore_support)
from sklearn.utils.class_weight import compute_class_weight
from torchvision.ops import sigmoid_focal_loss

from weights import uniform

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "lab.json"
IGNORE = 255
BACKGROUND = 0
# By class; halves and quarters, so that f32 holds them exactly.
CLASS_WEIGHTS = [0.5, 1.25, 2.0, 0.75]
ALPHAS = [0.25, 0.75, 0.5, 1.0]
DISTANCES = [1, 2, 3]

# Cells that touch by a corner, that touch another class, that hold a hole, and that are cut by what is not labelled.
CELLS = """
............
.11...22....
.11..222.1..
....2222.11.
.111.....1..
.1.1..11?11.
.111..1.....
.......1..2.
........1122
"""


def scores(name, shape, low=-3.0, high=3.0):
    values = uniform(f"lab.{name}.scores", int(np.prod(shape)), low, high).astype(np.float64).reshape(shape)
    return np.round(values * 64) / 64


def random_truth(name, classes, shape):
    return np.floor(uniform(f"lab.{name}.truth", int(np.prod(shape)), 0, classes)).astype(np.int64).reshape(shape)


def shifted(values, truth, step):
    """Adds `step` to the score of each pixel's true class."""
    is_true = np.arange(len(values))[:, None, None] == truth
    return values + step * is_true


def cases():
    """Name -> scores and truth."""
    pictures = {}
    for name, classes, shape in [("random", 4, (5, 7)), ("two_classes", 2, (6, 5)), ("single_pixel", 3, (1, 1)),
                                 ("single_row", 3, (1, 8))]:
        pictures[name] = scores(name, (classes, *shape)), random_truth(name, classes, shape)

    # Large regions, so that boundaries leave something inside; what is predicted lies a column further to the right.
    truth = np.zeros((8, 12), dtype=np.int64)
    truth[1:, :6] = 1
    truth[3:, 8:] = 2
    values = shifted(scores("ignored", (3, 8, 12), -2, 2), np.roll(truth, 1, axis=1), 4)
    truth[:2, 9:] = IGNORE
    truth[6, 2] = IGNORE
    pictures["ignored"] = values, truth

    # Neither there nor predicted.
    values = scores("absent_class", (3, 4, 7))
    values[2] -= 16
    pictures["absent_class"] = values, random_truth("absent_class", 2, (4, 7))
    # Predicted, but not there.
    pictures["all_background"] = scores("all_background", (3, 4, 7)), np.zeros((4, 7), dtype=np.int64)

    for name, step in [("perfect", 12), ("inverted", -12)]:
        truth = random_truth(name, 3, (4, 7))
        pictures[name] = shifted(scores(name, (3, 4, 7), -1, 1), truth, step), truth

    label = {".": BACKGROUND, "1": 1, "2": 2, "?": IGNORE}
    truth = np.array([[label[letter] for letter in row] for row in CELLS.split()])
    pictures["cells"] = shifted(scores("cells", (3, *truth.shape)), truth, 2), truth
    return pictures


def border_weights(truth, w0, sigma):
    """Ronneberger et al. 2015, arXiv 1505.04597, equation 2, with the border's part on the background only."""
    weights = np.zeros(truth.shape)
    labels = truth[truth != IGNORE]
    classes = np.unique(labels)
    for class_id, balance in zip(classes, compute_class_weight("balanced", classes=classes, y=labels)):
        weights[truth == class_id] = balance
    distances = []
    for class_id in classes[classes != BACKGROUND]:
        components, count = ndimage.label(truth == class_id)  # of four neighbours
        distances += [ndimage.distance_transform_edt(components != i + 1) for i in range(count)]
    if len(distances) > 1:
        nearest, second = np.sort(distances, axis=0)[:2]
        weights += np.where(truth == BACKGROUND, w0 * np.exp(-((nearest + second) ** 2) / (2 * sigma**2)), 0)
    return weights


def vnet_dice(probabilities, one_hot, smooth):
    """Milletari et al. 2016, arXiv 1606.04797, section 3: the sums in the denominator are of squares. What it leaves open is
    as in smp's DiceLoss: the mean over classes, those that are not there, and where the smoothing goes."""
    numerator = (probabilities * one_hot).sum(1) + smooth
    denominator = (probabilities.square().sum(1) + one_hot.square().sum(1)) / 2 + smooth
    loss = 1 - numerator / denominator
    return torch.where(one_hot.sum(1) > 0, loss, 0).mean()


def losses(values, truth):
    """Each loss with its value, its gradient, and where it is a sum over pixels, their shares and weights."""
    classes = len(values)
    class_weights, alphas = CLASS_WEIGHTS[:classes], ALPHAS[:classes]
    truth = torch.from_numpy(truth)
    is_labelled = truth != IGNORE
    labels = truth[is_labelled]

    def over_pixels(terms, divisor, weights=None):
        """Of a map of terms `[h, w]`, or of the labelled pixels' only."""
        shares, weight_map = torch.zeros(truth.shape, dtype=torch.float64), torch.zeros(truth.shape, dtype=torch.float64)
        shares[is_labelled] = (terms[is_labelled] if terms.shape == truth.shape else terms) / divisor
        if weights is not None:
            weight_map[is_labelled] = weights
        return shares.sum(), shares.detach(), None if weights is None else weight_map

    def cross_entropy(x, weights):
        weights = None if weights is None else torch.tensor(weights, dtype=torch.float64)
        terms = F.cross_entropy(x[None], truth[None], weights, ignore_index=IGNORE, reduction="none")[0]
        of_pixels = None if weights is None else weights[labels]
        total = over_pixels(terms, len(labels) if weights is None else of_pixels.sum(), of_pixels)
        mean = F.cross_entropy(x[None], truth[None], weights, ignore_index=IGNORE)
        torch.testing.assert_close(total[0], mean)
        return mean, *total[1:]

    def border_weighted(x, w0, sigma):
        weights = torch.from_numpy(border_weights(truth.numpy(), w0, sigma))
        terms = weights * F.cross_entropy(x[None], truth[None], ignore_index=IGNORE, reduction="none")[0]
        return over_pixels(terms, len(labels), weights[is_labelled])

    def focal(x, gamma, alphas):
        of_labelled = x[:, is_labelled].T
        terms = softmax_focal_loss_with_logits(of_labelled, labels, gamma, reduction="none")
        weights = (1 - of_labelled.softmax(1)[torch.arange(len(labels)), labels]) ** gamma
        if alphas is not None:
            of_pixels = torch.tensor(alphas, dtype=torch.float64)[labels]
            terms, weights = terms * of_pixels, weights * of_pixels
            if classes == 2:  # alpha and 1 - alpha, as in the paper
                theirs = sigmoid_focal_loss(of_labelled[:, 1] - of_labelled[:, 0], labels.double(), alphas[1], gamma, "mean")
                torch.testing.assert_close(terms.mean(), theirs)
        return over_pixels(terms, len(labels), weights.detach())

    def smp_loss(x, loss):
        return loss(x[None], truth[None]), None, None

    def squared_dice(x, smooth):
        one_hot = F.one_hot(labels, classes).T.double()
        return vnet_dice(x.softmax(0)[:, is_labelled], one_hot, smooth), None, None

    def dice(smooth):
        return smp.losses.DiceLoss("multiclass", smooth=smooth, ignore_index=IGNORE)

    def tversky(alpha, beta, smooth):
        return smp.losses.TverskyLoss("multiclass", alpha=alpha, beta=beta, smooth=smooth, ignore_index=IGNORE)

    table = [
        ({"kind": "cross_entropy"}, lambda x: cross_entropy(x, None)),
        ({"kind": "cross_entropy", "class_weights": class_weights}, lambda x: cross_entropy(x, class_weights)),
        ({"kind": "border_weighted", "w0": 10, "sigma": 2.5}, lambda x: border_weighted(x, 10, 2.5)),
        ({"kind": "focal", "gamma": 2}, lambda x: focal(x, 2, None)),
        ({"kind": "focal", "gamma": 0.5, "alpha": alphas}, lambda x: focal(x, 0.5, alphas)),
        ({"kind": "dice", "squared": False, "smooth": 0}, lambda x: smp_loss(x, dice(0))),
        ({"kind": "dice", "squared": False, "smooth": 1}, lambda x: smp_loss(x, dice(1))),
        ({"kind": "dice", "squared": True, "smooth": 0}, lambda x: squared_dice(x, 0)),
        ({"kind": "dice", "squared": True, "smooth": 1}, lambda x: squared_dice(x, 1)),
        ({"kind": "tversky", "alpha": 0.25, "beta": 0.75, "smooth": 0}, lambda x: smp_loss(x, tversky(0.25, 0.75, 0))),
        ({"kind": "tversky", "alpha": 1, "beta": 0, "smooth": 0.5}, lambda x: smp_loss(x, tversky(1, 0, 0.5))),
    ]
    for loss, compute in table:
        x = torch.from_numpy(values).requires_grad_()
        value, per_pixel, weights = compute(x)
        value.backward()
        yield {"loss": loss, "value": rounded(value.detach()), "gradient": rounded(x.grad), "per_pixel": rounded(per_pixel),
               "weights": rounded(weights)}


def boundary_iou(truth, predicted, classes, distance):
    """Cheng et al. 2021, arXiv 2103.16562: a boundary is what erosion by a 3x3 square, `distance` times, takes off a mask;
    beyond the frame there is no mask. What is not labelled is in neither mask."""
    def boundary(mask):
        return mask & ~ndimage.binary_erosion(mask, np.ones((3, 3)), iterations=distance, border_value=0)

    ious = []
    for class_id in range(classes):
        theirs, ours = (boundary((labels == class_id) & (truth != IGNORE)) for labels in (truth, predicted))
        union = (theirs | ours).sum()
        ious.append((theirs & ours).sum() / union if union else np.nan)
    return ious


def metrics(truth, predicted, classes):
    is_labelled = truth != IGNORE
    t, p = truth[is_labelled], predicted[is_labelled]
    ids = list(range(classes))
    precision, recall, f1, _ = precision_recall_fscore_support(t, p, labels=ids, zero_division=np.nan)
    iou = jaccard_score(t, p, labels=ids, average=None, zero_division=0)
    is_there = np.isin(ids, t) | np.isin(ids, p)
    iou[~is_there] = np.nan
    of_classes = multilabel_confusion_matrix(t, p, labels=ids)
    tn, fp, fn, tp = of_classes.reshape(classes, 4).T.astype(int)

    # The means are over the classes that are there or predicted: smp would give the others a value.
    present = np.flatnonzero(is_there).tolist()
    scores_of_smp = smp.metrics.get_stats(torch.from_numpy(predicted)[None], torch.from_numpy(truth)[None], "multiclass",
                                          ignore_index=IGNORE, num_classes=classes)
    assert all((ours == theirs[0].numpy()).all() for ours, theirs in zip((tp, fp, fn, tn), scores_of_smp))
    of_present = [counts[:, present] for counts in scores_of_smp]
    mean_iou = jaccard_score(t, p, labels=present, average="macro")
    mean_dice = f1_score(t, p, labels=present, average="macro")
    global_iou = jaccard_score(t, p, labels=ids, average="micro", zero_division=0)
    global_dice = f1_score(t, p, labels=ids, average="micro", zero_division=0)
    for ours, metric, reduction in [(mean_iou, smp.metrics.iou_score, "macro"), (mean_dice, smp.metrics.f1_score, "macro"),
                                    (global_iou, smp.metrics.iou_score, "micro"),
                                    (global_dice, smp.metrics.f1_score, "micro")]:
        np.testing.assert_allclose(ours, metric(*of_present, reduction=reduction), rtol=1e-6)
    return {
        "confusion": confusion_matrix(t, p, labels=ids).tolist(),
        "true_positives": tp.tolist(), "false_positives": fp.tolist(), "false_negatives": fn.tolist(),
        "true_negatives": tn.tolist(),
        "precision": rounded(precision), "recall": rounded(recall), "dice": rounded(f1), "iou": rounded(iou),
        "mean_iou": rounded(mean_iou), "mean_dice": rounded(mean_dice),
        "global_iou": rounded(global_iou), "global_dice": rounded(global_dice),
        "frequency_weighted_iou": rounded(jaccard_score(t, p, labels=ids, average="weighted", zero_division=0)),
        "pixel_accuracy": rounded(accuracy_score(t, p)),
        "boundary_iou": {str(distance): rounded(boundary_iou(truth, predicted, classes, distance)) for distance in DISTANCES},
    }


def rounded(values):
    """Seven digits of a number, of a flat list, or of nothing; null where a quantity is undefined."""
    if values is None:
        return None
    if np.ndim(values):
        return [rounded(value) for value in np.asarray(values).flatten().tolist()]
    return None if np.isnan(float(values)) else float(f"{float(values):.7g}")


def main():
    lines = []
    for name, (values, truth) in cases().items():
        predicted = values.argmax(0)
        case = {"name": name, "shape": values.shape, "scores": values.flatten().tolist(), "truth": truth.flatten().tolist(),
                "predicted": predicted.flatten().tolist(), "metrics": metrics(truth, predicted, len(values)),
                "losses": list(losses(values, truth))}
        lines.append(json.dumps(case, separators=(",", ":"), allow_nan=False))
        print(name, [(loss["loss"]["kind"], loss["value"]) for loss in case["losses"]])
    GOLDEN.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(GOLDEN.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
