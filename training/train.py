"""Fine-tunes ESPNetv2: `python train.py street --data DIR --weights DIR --out DIR`. Run again to resume.

Writes `last.pth` (everything needed to resume) after each pass, `best.pth` (the averaged weights that scored best on
val) and `metrics.json` beside it.
"""
import argparse
import hashlib
import json
import math
import os
import random
import time
from pathlib import Path

import numpy as np
import torch

from augment import change_colours, degrade, flip, random_crop
from datasets import Pack
from espnetv2 import EspNetV2, load_checkpoint
from evaluate import confusion_matrix, normalise, scores
from losses import class_weights, sample_labels, segmentation_loss
from recipes import RECIPES, VOC
from scenes import compose
from teacher import mark_unlabelled_people

EMA_DECAY = 0.99
WARM_UP = 0.03


def start_model(checkpoint, rows):
    """The published network with a new last layer, each row the mean of the old rows named in the recipe."""
    state = load_checkpoint(checkpoint)
    for name in ("bu_dec_l4.merge_layer.3.weight", "bu_dec_l4.merge_layer.3.bias"):
        state[name] = torch.stack([state[name][list(old)].mean(0) for old in rows])
    model = EspNetV2(len(rows))
    model.load_state_dict(state)
    return model


def train_mode(model):
    """The two finest levels stay as published: their backward pass is the dearest, their edges are general."""
    model.train()
    for level in (model.base_net.level1, model.base_net.level2_0):
        level.eval().requires_grad_(False)


def make_batch(pack, names, recipe, rng):
    images, labels = [], []
    for name in names:
        if recipe.has_scenes:
            image, mask = compose(pack, name, recipe.crop, recipe.zoom, rng)
        else:
            image, mask = random_crop(pack.image(name), pack.mask(name), recipe.crop, recipe.zoom, rng)
        image, mask = flip(image, mask, rng)
        images.append(np.asarray(degrade(change_colours(image, rng), rng)))
        labels.append(np.asarray(mask))
    return normalise(np.stack(images)), torch.from_numpy(np.stack(labels)).long()


def learning_rate(progress):
    """Factor at `progress` in 0..1: a short linear rise, then half a cosine down to zero."""
    if progress < WARM_UP:
        return progress / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (progress - WARM_UP) / (1 - WARM_UP)))


def average_into(ema, model, step):
    # The decay grows with the first steps, otherwise the average would stay near the starting point.
    decay = min(EMA_DECAY, (1 + step) / (10 + step))
    for kept, new in zip(ema.state_dict().values(), model.state_dict().values()):
        kept.lerp_(new, 1 - decay) if kept.is_floating_point() else kept.copy_(new)


def save(value, path):
    """A crash while writing leaves the old file whole."""
    torch.save(value, f"{path}.tmp")
    os.replace(f"{path}.tmp", path)


def train(recipe_name, recipe, args):
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(recipe.seed)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    pack = Pack(f"{args.data}/{recipe.pack}", recipe.masks, recipe.kept)
    names, val = pack.names("train"), pack.names("val")
    start = Path(args.start or f"{args.weights}/{recipe.start}")
    model = start_model(start, recipe.rows).to(device, memory_format=torch.channels_last)
    ema = start_model(start, recipe.rows).to(device)
    weights = class_weights(pack, names).to(device) if recipe.is_balanced else None
    if recipe.has_scenes:
        marked = mark_unlabelled_people(pack, names, f"{args.weights}/{VOC}", out / "marked", device)
        labelled, pack.mask = pack.mask, lambda name: marked.get(name) or labelled(name)
    optimiser = torch.optim.AdamW(model.parameters(), recipe.lr, weight_decay=recipe.weight_decay)
    done = {"pass": 0, "minutes": 0.0, "best": 0.0}
    if (out / "last.pth").exists():
        saved = torch.load(out / "last.pth", map_location=device, weights_only=True)
        for part, state in zip((model, ema, optimiser), saved["states"]):
            part.load_state_dict(state)
        done = saved["done"]
    steps = len(names) // recipe.batch
    while done["pass"] < recipe.passes:
        began = time.monotonic()
        # Seeded by the pass, so that a resumed run sees what an uninterrupted one would.
        rng = random.Random(recipe.seed * 1000 + done["pass"])
        order = rng.sample(names, len(names))
        train_mode(model)
        total = 0.0
        for step in range(steps):
            now = done["pass"] * steps + step
            for group in optimiser.param_groups:
                group["lr"] = recipe.lr * learning_rate(now / (recipe.passes * steps))
            images, labels = make_batch(pack, order[step * recipe.batch:(step + 1) * recipe.batch], recipe, rng)
            images = images.to(device, memory_format=torch.channels_last)
            # At half resolution, before the last enlargement, which takes an eighth less time on a CPU.
            logits = model.half_logits(images)
            labels = sample_labels(labels, logits.shape[2:]).to(device)
            loss = segmentation_loss(logits, labels, weights)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            average_into(ema, model, now)
            total += loss.item()
            if step % 10 == 0:
                print(f"pass {done['pass']} step {step}/{steps} loss {total / (step + 1):.4f}", flush=True)
        done["pass"] += 1
        done["minutes"] += (time.monotonic() - began) / 60
        # Scoring costs a noticeable part of a pass on a CPU, and the last third is where the best pass lies.
        if done["pass"] > recipe.passes * 2 / 3 or done["pass"] % 4 == 0:
            result = scores(confusion_matrix(ema, pack, val, recipe.long_side, device), pack.classes)
            print(f"pass {done['pass']} {done['minutes']:.1f} min val {result}", flush=True)
            if result["mean_iou"] > done["best"]:
                done["best"] = result["mean_iou"]
                save({name: value.cpu().contiguous() for name, value in ema.state_dict().items()}, out / "best.pth")
                facts = {"model": recipe_name, "val": result, "best_pass": done["pass"], **vars_of(recipe, start, done)}
                (out / "metrics.json").write_text(json.dumps(facts, indent=1))
        save({"states": [part.state_dict() for part in (model, ema, optimiser)], "done": done}, out / "last.pth")


def vars_of(recipe, start, done):
    return {"recipe": vars(recipe), "start": start.name, "start_sha256": hashlib.sha256(start.read_bytes()).hexdigest(),
            "minutes": round(done["minutes"], 1), "torch": torch.__version__}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=RECIPES)
    parser.add_argument("--data", default=os.environ.get("SEGSCOPE_DATA"), help="folder that holds the data packs")
    parser.add_argument("--weights", default=os.environ.get("SEGSCOPE_WEIGHTS"), help="folder that holds espnet_v2/")
    parser.add_argument("--out", required=True)
    parser.add_argument("--start", help="a checkpoint to start from instead of the recipe's")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    if not args.data or not args.weights:
        parser.error("give --data and --weights or set SEGSCOPE_DATA and SEGSCOPE_WEIGHTS")
    if not args.start and not RECIPES[args.model].start:
        parser.error(f"{args.model} starts from a model of ours: give --start out/people/best.pth")
    torch.set_num_threads(args.threads)
    train(args.model, RECIPES[args.model], args)


if __name__ == "__main__":
    main()
