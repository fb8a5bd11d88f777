"""A fully connected CRF's mean field, all pairs: tests/golden/lesson_07.json.

    python python/golden/lesson_07.py

Krähenbühl, Koltun 2011, arXiv 1210.5644, algorithm 1 with Potts compatibility, on dense matrices in float64. As in the authors' program, each
kernel's messages are divided by the sum of its weights, and a pixel is its own neighbour. The parameters are those of DeepLab v1 that the lesson
shows. Probabilities are in steps of 1/64, which f32 and JSON hold exactly.
Made with numpy 2.4.6.
"""
import json
from pathlib import Path

import numpy as np

from weights import uniform

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "lesson_07.json"
CLASSES, HEIGHT, WIDTH = 3, 6, 9
ITERATIONS = [0, 1, 3, 10]
# Weight, standard deviation over positions, standard deviation over colours.
SMOOTHNESS = 3.0, 3.0, np.inf
APPEARANCE = 5.0, 50.0, 10.0


def probabilities():
    """Positive shares of 64 that sum to it, `[classes, pixels]`."""
    cuts = uniform("lesson_07.probabilities", CLASSES * HEIGHT * WIDTH, 0, 1).reshape(CLASSES, -1) + 0.05
    shares = np.floor(cuts / cuts.sum(0) * 61) + 1
    shares[0] += 64 - shares.sum(0)
    return shares / 64


def picture():
    """Two flat halves with noise, so that colour matters: RGB bytes `[pixels, 3]`."""
    noise = np.floor(uniform("lesson_07.picture", HEIGHT * WIDTH * 3, 0, 24)).reshape(HEIGHT, WIDTH, 3)
    left = np.arange(WIDTH)[None, :, None] < WIDTH // 2
    return (np.where(left, [60, 90, 120], [90, 80, 110]) + noise).astype(np.int64).reshape(-1, 3)


def messages(parameters, positions, colours):
    """What pixel j says to pixel i, `[pixels, pixels]`; each row sums to the kernel's weight."""
    weight, of_positions, of_colours = parameters
    distance = ((positions[:, None] - positions[None]) ** 2).sum(-1)
    difference = ((colours[:, None] - colours[None]) ** 2).sum(-1)
    kernel = np.exp(-distance / (2 * of_positions**2) - difference / (2 * of_colours**2))
    return weight * kernel / kernel.sum(1, keepdims=True)


def softmax(scores):
    exponentials = np.exp(scores - scores.max(0))
    return exponentials / exponentials.sum(0)


def main():
    p, colours = probabilities(), picture()
    positions = np.stack(np.meshgrid(np.arange(HEIGHT), np.arange(WIDTH), indexing="ij"), -1).reshape(-1, 2)
    pair_weights = messages(SMOOTHNESS, positions, colours) + messages(APPEARANCE, positions, colours)
    refined, q = {}, p
    for step in range(max(ITERATIONS) + 1):
        if step in ITERATIONS:
            refined[str(step)] = [float(f"{value:.7g}") for value in q.flatten()]
        q = softmax(np.log(p) + q @ pair_weights.T)
    golden = {"shape": [CLASSES, HEIGHT, WIDTH], "probabilities": p.flatten().tolist(), "rgb": colours.flatten().tolist(), "refined": refined}
    GOLDEN.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    changed = (np.array(refined["10"]).reshape(CLASSES, -1).argmax(0) != p.argmax(0)).mean()
    print(GOLDEN.stat().st_size, "bytes;", f"{changed:.0%} of the pixels change after 10 steps")


if __name__ == "__main__":
    main()
