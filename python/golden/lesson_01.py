"""Golden values of lesson 1's own arithmetic: tests/golden/lesson_01.json.

    python python/golden/lesson_01.py

Softmax is torch's in float64, of scores in steps of 1/64, which JSON holds exactly; connected components are scipy's with its
default of four neighbours. Made with torch 2.15.0, scipy 1.17.1.
"""
import json
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage

from weights import uniform

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "lesson_01.json"
CLASSES = [2, 10]
SIZE = (9, 13)

# A hole, a ring that touches nothing, two parts that meet at a corner, one that runs along the edges, single pixels.
DRAWN = """
11..11111....
11..1...1..1.
..1.1.1.1....
..1.1...1.222
....11111.2.2
1.........2.2
1..11..22.2.2
1..11.22..222
111111......1
"""


def softmax(classes):
    scores = np.round(uniform(f"lesson_01.{classes}", classes, -9.0, 9.0).astype(np.float64) * 64) / 64
    probabilities = torch.from_numpy(scores).softmax(0)
    return {"scores": scores.tolist(), "probabilities": probabilities.tolist()}


def components(ids, class_id):
    labels, count = ndimage.label(ids == class_id)
    found = [{"pixels": int((labels == i + 1).sum()), "left": int(x.start), "top": int(y.start), "right": int(x.stop - 1),
              "bottom": int(y.stop - 1)} for i, (y, x) in enumerate(ndimage.find_objects(labels))]
    assert len(found) == count
    return {"class": class_id, "instances": found}


def main():
    drawn = np.array([[0 if cell == "." else int(cell) for cell in row] for row in DRAWN.split()])
    random = np.floor(uniform("lesson_01.ids", int(np.prod(SIZE)), 0, 3)).astype(int).reshape(SIZE)
    maps = [{"width": ids.shape[1], "ids": ids.flatten().tolist(), "components": [components(ids, class_id) for class_id in range(3)]}
            for ids in (drawn, random)]
    GOLDEN.write_text(json.dumps({"softmax": [softmax(classes) for classes in CLASSES], "maps": maps}) + "\n")


if __name__ == "__main__":
    main()
