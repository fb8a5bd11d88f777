"""Finds people the labels leave out: `mark_unlabelled_people` sets them to 255, so that training ignores them.

Only the main subject of a people_ccp photo is labelled. The published VOC network is the teacher: where it is sure of a
person well away from the labelled one, "background" is not taught.
"""
import torch
from PIL import Image, ImageFilter

from espnetv2 import EspNetV2, load_checkpoint
from evaluate import predict_logits

PERSON = 15  # of the 21 VOC classes
SURE = 0.7
LONG_SIDE = 320
# Near the subject's outline the teacher spills over; there the labels are right.
MARGIN = 15


def mark_unlabelled_people(pack, names, checkpoint, folder, device):
    """Masks by name, as `pack.mask` gives them but for the ignored pixels; kept in `folder` for the next time."""
    folder.mkdir(parents=True, exist_ok=True)
    teacher = EspNetV2(21).to(device).eval()
    teacher.load_state_dict(load_checkpoint(checkpoint))
    marked = {}
    with torch.inference_mode():
        for name in names:
            path = folder / f"{name}.png"
            if not path.exists():
                person = predict_logits(teacher, pack.image(name), LONG_SIDE, device).softmax(1)[0, PERSON].cpu()
                mask_with_ignored(pack.mask(name), person > SURE).save(path)
            marked[name] = Image.open(path).copy()
    return marked


def mask_with_ignored(mask, sure):
    near = mask.point(lambda v: 255 * (v == 1)).filter(ImageFilter.MaxFilter(2 * MARGIN + 1))
    others = Image.fromarray((255 * sure).byte().numpy())
    others.paste(0, mask=near)
    mask = mask.copy()
    mask.paste(255, mask=others)
    return mask
