"""Trains the compact networks on CamVid, all from scratch and by one recipe: `python camvid.py --data DIR --out DIR`.

Run again to go on. The networks take turns of a few passes, so that whenever it is stopped all have had as many.
`--estimate` measures some steps of each and tells what an hour is good for; `--score test` scores every `best.pth`.
"""
import argparse
import json
import os
import time
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import torch

from compact import COMPACT, load, make
from evaluate import confusion_matrix, predict_logits, scores
from from_scratch import DEVICE, Training, open_pack
from recipes import COMPARISON

TURN = 4  # passes
# Measured by --estimate, after one that warms up.
STEPS = 3


def take_turn(name, recipe, args, passes):
    Training(name, recipe, args.data, Path(args.out, name), args.bf16).run_until(passes)


def progress(folder):
    """The last line of a network's log."""
    path = folder / "log.jsonl"
    return json.loads(path.read_text().splitlines()[-1]) if path.exists() else {"pass": 0, "minutes": 0.0}


def train(recipe, args, run):
    """`run` calls a function with each of a list of arguments, and returns the results."""
    for passes in range(TURN, recipe.passes + TURN, TURN):
        passes = min(passes, recipe.passes)
        past = {name: progress(Path(args.out, name)) for name in args.networks}
        waiting = [name for name in args.networks if past[name]["pass"] < passes]
        # The dearest first, so that no process is left with one of them at the end of a turn.
        waiting.sort(key=lambda name: past[name]["minutes"], reverse=True)
        run(take_turn, [(name, recipe, args, passes) for name in waiting])


def seconds(name, recipe, args):
    """Of one pass over the training photos, and of one over val."""
    training = Training(name, recipe, args.data, Path(args.out, name), args.bf16)
    training.model.train()
    for now, batch in zip(range(STEPS + 1), training.batches()):
        if now == 1:
            began = time.monotonic()
        training.step(*batch, now)
    train_seconds = (time.monotonic() - began) / STEPS * training.steps
    names, began = training.pack.names("val"), time.monotonic()
    training.ema.eval()
    with torch.inference_mode():
        for photo in names[:STEPS]:
            predict_logits(training.ema, training.pack.image(photo), recipe.long_side, DEVICE)
    return train_seconds, (time.monotonic() - began) / STEPS * len(names)


def estimate(recipe, args, run):
    results = run(seconds, [(name, recipe, args) for name in args.networks])
    total = 0
    for name, (train_seconds, val_seconds) in zip(args.networks, results):
        print(f"{name:20} {train_seconds:6.1f} s a pass, {val_seconds:5.1f} s on val")
        total += train_seconds + val_seconds / TURN
    total /= args.processes
    print(f"all: {total / 60:.1f} min a pass, {3600 / total:.1f} passes an hour, {recipe.passes} passes in "
          f"{total * recipe.passes / 3600:.1f} h")


def score(name, recipe, args):
    pack = open_pack(f"{args.data}/{recipe.pack}", recipe.masks)
    best = torch.load(Path(args.out, name, "best.pth"), weights_only=True)
    network = load(make(name, len(pack.classes)), best).to(DEVICE)
    matrix = confusion_matrix(network, pack, pack.names(args.score), recipe.long_side, DEVICE)
    result = scores(matrix, pack.classes)
    Path(args.out, name, f"{args.score}.json").write_text(json.dumps(result, indent=1))
    return result["mean_iou"]


def score_all(recipe, args, run):
    for name, mean_iou in zip(args.networks, run(score, [(name, recipe, args) for name in args.networks])):
        print(f"{name:20} mean IoU on {args.score} {mean_iou}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=os.environ.get("SEGSCOPE_DATA"), help="folder that holds the data packs")
    parser.add_argument("--out", required=True)
    parser.add_argument("--networks", nargs="+", choices=COMPACT, default=list(COMPACT))
    parser.add_argument("--passes", type=int, default=COMPARISON.passes)
    parser.add_argument("--processes", type=int, default=2, help="networks that are trained at the same time")
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--bf16", action="store_true", help="products in bfloat16")
    parser.add_argument("--estimate", action="store_true", help="only measure")
    parser.add_argument("--score", metavar="SPLIT", help="only score; test is for the end, when nothing is chosen any more")
    args = parser.parse_args()
    if not args.data:
        parser.error("give --data or set SEGSCOPE_DATA")
    recipe = replace(COMPARISON, passes=args.passes)
    # Not forked: a forked process inherits a copy of PyTorch's threads that does not run.
    with get_context("spawn").Pool(args.processes, torch.set_num_threads, (args.threads,)) as pool:
        def run(function, arguments):
            return pool.starmap(function, arguments, chunksize=1)
        task = estimate if args.estimate else score_all if args.score else train
        task(recipe, args, run)


if __name__ == "__main__":
    main()
