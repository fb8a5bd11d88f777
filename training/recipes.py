"""What differs between the five models; `train.py` is the same for all. And what is the same for all compact networks."""
from dataclasses import dataclass

CITY = "espnet_v2/espnetv2_s_2.0_city_1024x512.pth"
VOC = "espnet_v2/espnetv2_s_2.0_pascal_384x384.pth"


@dataclass(frozen=True)
class Recipe:
    pack: str
    masks: str
    start: str | None       # published checkpoint inside the weights folder; None: --start must say
    rows: tuple             # for each new class, the old classes whose final rows are averaged to start it
    long_side: int          # of the network's input; see evaluate.py
    crop: tuple             # width, height of a training crop, multiples of 32
    zoom: tuple             # range of the random scale between the photo and the crop
    passes: int
    batch: int = 8
    lr: float = 1e-3
    weight_decay: float = 1e-4
    seed: int = 1
    is_balanced: bool = True  # weigh classes by 1 / sqrt(share)
    has_scenes: bool = False  # compose new pictures of people, see scenes.py
    kept: tuple = ()          # the pack's classes that are learnt, behind a background of all others; none: all are


RECIPES = {
    "street": Recipe(
        "street_camvid", "masks", CITY,
        # sky, building, pole, road, pavement, tree, sign, fence (and wall), car (truck, bus), pedestrian, bicyclist
        ((10,), (2,), (5,), (0,), (1,), (8,), (6, 7), (3, 4), (13, 14, 15), (11,), (12, 18)),
        long_side=640, crop=(384, 320), zoom=(0.75, 1.75), passes=12),
    # Two heads for the road, from the same pictures: CamVid's eleven classes tell no lanes apart.
    "road": Recipe(
        "street_camvid", "masks", CITY, (tuple(range(1, 20)), (0,)),
        long_side=480, crop=(288, 224), zoom=(0.6, 1.4), passes=1, kept=("road",)),
    "drivable": Recipe(
        "street_camvid", "masks", CITY, (tuple(range(2, 20)), (0,), (1,)),
        long_side=480, crop=(288, 224), zoom=(0.6, 1.4), passes=1, kept=("road", "pavement")),
    "people": Recipe(
        "people_ccp", "masks", VOC, ((0,), (15,)),
        long_side=480, crop=(320, 320), zoom=(0.5, 1.2), passes=3, has_scenes=True),
    "people_final": Recipe(
        # A second, shorter cycle from `people`, unweighted: balanced weights had it label too much as person.
        "people_ccp", "masks", None, ((0,), (1,)),
        long_side=480, crop=(320, 320), zoom=(0.5, 1.2), passes=1, lr=6e-4, seed=2, is_balanced=False,
        has_scenes=True),
    "clothing": Recipe(
        # From the people model, which already knows these photos: its person row starts every part of a person.
        "people_ccp", "masks_clothing10", None, ((0,),) + ((1,),) * 9,
        long_side=576, crop=(288, 384), zoom=(0.65, 1.25), passes=3),
}

# Of every network of `compact.py`, for `camvid.py`. The passes are those of the weights that ship; with a GPU, take ten times as many.
COMPARISON = Recipe(
    "street_camvid", "masks", None, (),
    long_side=384, crop=(256, 192), zoom=(0.6, 1.6), passes=12, batch=4, weight_decay=1e-2)
