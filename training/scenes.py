"""New pictures of people: close framings, and the person set before another background.

The photos are full-body street fashion. A webcam shows a head and shoulders, often indoors, so training cuts such
windows out of the photos and now and then replaces what is behind the person: by a part of another photo beside its
own person, or by a drawn room (walls, rectangles, light), since the pack has no indoor pictures.
"""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from augment import cut, random_crop


def person_box(mask):
    ys, xs = np.nonzero(np.asarray(mask) == 1)
    return xs.min(), ys.min(), xs.max() + 1, ys.max() + 1


def close_window(mask, size, rng):
    """A box around the upper body (a desk) or the head (a face close to the camera), in photo pixels."""
    x0, y0, x1, y1 = person_box(mask)
    share = rng.uniform(0.12, 0.25) if rng.random() < 0.3 else rng.uniform(0.25, 0.65)
    h = max(48, share * (y1 - y0)) * rng.uniform(1.0, 1.4)
    w = h * size[0] / size[1] * rng.uniform(0.8, 1.25)
    head = np.asarray(mask)[y0:y0 + max(8, (y1 - y0) // 8)] == 1
    x = np.nonzero(head)[1].mean() - w * rng.uniform(0.3, 0.7)
    y = y0 - h * rng.uniform(-0.03, 0.3)
    return x, y, x + w, y + h


def strip_beside_person(pack, size, rng):
    """A part of some photo left or right of its person, enlarged, with its labels; None where there is no room."""
    name = rng.choice(pack.names("train"))
    image, mask = pack.image(name), pack.mask(name)
    x0, _, x1, _ = person_box(mask)
    left, right = x0, image.width - x1
    width = max(left, right)
    if width < 64:
        return None
    w = rng.uniform(64, width)
    h = min(image.height, w * size[1] / size[0])
    x = rng.uniform(0, left - w) if left == width else rng.uniform(x1, image.width - w)
    y = rng.uniform(0, image.height - h)
    return cut(image, mask, (x, y, x + w, y + h), size)


def drawn_room(size, rng):
    """Rectangles over a shaded wall; crude, but it has straight edges and flat colours as rooms do."""
    def colour():
        grey = rng.randrange(20, 240)
        return tuple(int(np.clip(grey + rng.uniform(-50, 50), 0, 255)) for _ in range(3))
    w, h = size
    room = Image.new("RGB", size, colour())
    draw = ImageDraw.Draw(room)
    for _ in range(rng.randrange(0, 14)):
        x, y = rng.uniform(-0.2, 1) * w, rng.uniform(-0.2, 1) * h
        draw.rectangle((x, y, x + rng.uniform(0.05, 0.6) * w, y + rng.uniform(0.05, 0.9) * h), colour())
    shade = Image.linear_gradient("L").rotate(rng.uniform(0, 360)).resize(size)
    room = Image.composite(room, Image.new("RGB", size, colour()), shade.point(lambda v: 128 + v // 2))
    return room.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 6)))


def background(pack, size, rng):
    """A picture without people and its labels: all background, or unlabelled where someone may pass by."""
    strip = strip_beside_person(pack, size, rng) if rng.random() < 0.6 else None
    return strip or (drawn_room(size, rng), Image.new("L", size, 0))


def set_before(image, mask, behind, behind_mask):
    """The labelled person over another picture, the edge softened."""
    alpha = mask.point(lambda v: 255 * (v == 1))
    soft = alpha.filter(ImageFilter.GaussianBlur(1.0))
    return Image.composite(image, behind, soft), Image.composite(mask, behind_mask, alpha)


def compose(pack, name, size, zoom, rng):
    """(image, mask) of `size` for one training example of the people model."""
    choice = rng.random()
    if choice < 0.05:
        return background(pack, size, rng)
    image, mask = pack.image(name), pack.mask(name)
    if rng.random() < 0.5:
        image, mask = cut(image, mask, close_window(mask, size, rng), size)
    else:
        image, mask = random_crop(image, mask, size, zoom, rng)
    return set_before(image, mask, *background(pack, size, rng)) if choice < 0.4 else (image, mask)
