"""Random views of a labelled photo. PIL images in and out; `rng` is a `random.Random`."""
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

import numpy as np

BILINEAR, NEAREST = Image.Resampling.BILINEAR, Image.Resampling.NEAREST
MEAN_COLOUR = (124, 116, 104)


def cut(image, mask, box, size):
    """The part of the photo inside `box` (which may reach over the edge), resized to `size`; outside is unlabelled."""
    x0, y0, x1, y1 = box
    width, height = image.size
    pad = [max(0, int(np.ceil(v))) for v in (-x0, -y0, x1 - width, y1 - height)]
    if any(pad):
        image = ImageOps.expand(image, tuple(pad), MEAN_COLOUR)
        mask = ImageOps.expand(mask, tuple(pad), 255)
        box = (x0 + pad[0], y0 + pad[1], x1 + pad[0], y1 + pad[1])
    return image.resize(size, BILINEAR, box), mask.resize(size, NEAREST, box)


def random_crop(image, mask, size, zoom, rng):
    """A crop of `size` from the photo scaled by a factor from `zoom`, its aspect ratio off by up to a tenth."""
    scale = np.exp(rng.uniform(*np.log(zoom)))
    stretch = rng.uniform(0.95, 1.05)
    w, h = size[0] / scale * stretch, size[1] / scale / stretch
    x, y = (rng.uniform(min(0, s), max(0, s)) for s in (image.width - w, image.height - h))
    return cut(image, mask, (x, y, x + w, y + h), size)


def flip(image, mask, rng):
    return (ImageOps.mirror(image), ImageOps.mirror(mask)) if rng.random() < 0.5 else (image, mask)


def change_colours(image, rng, strength=0.3):
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(rng.uniform(1 - strength, 1 + strength))
    gamma = np.exp(rng.uniform(-strength, strength))
    # A gain for each channel stands for the light's colour temperature.
    tables = [np.clip(255 * rng.uniform(0.88, 1.12) * (np.arange(256) / 255) ** gamma, 0, 255) for _ in range(3)]
    return image.point(np.concatenate(tables).astype(int).tolist())


def degrade(image, rng):
    """What cheap cameras do: blur, low resolution, sensor noise."""
    if rng.random() < 0.15:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2.0)))
    if rng.random() < 0.1:
        scale = rng.uniform(0.35, 0.8)
        small = image.resize((int(image.width * scale), int(image.height * scale)), BILINEAR)
        image = small.resize(image.size, BILINEAR)
    if rng.random() < 0.15:
        noise = np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(2, 12), (image.height, image.width, 3))
        image = Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))
    return image
