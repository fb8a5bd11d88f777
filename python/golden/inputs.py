"""The inputs behind the golden files of networks."""
CLASSES = 5

ANY = [2, 3, 33, 47]  # any size will do
OF_8 = [2, 3, 40, 32]
OF_16 = [2, 3, 32, 48]
OF_32 = [2, 3, 64, 32]
# Three poolings of a map at stride 16 leave nothing of shorter sides. One picture, so that the file stays small.
OF_128 = [1, 3, 128, 144]
IN_F16 = [OF_32, OF_128]
# Whose sizes are not those of others of their name.
INPUTS = {
    "espnet_v2_0.5": [2, 3, 96, 64],
    "espnet_v2_1.0": [2, 3, 64, 96],
    "espnet_v2_2.0": [2, 3, 64, 96],
    "lraspp_mobilenet_v3_large": [2, 3, 75, 61],
    "lraspp_mobilenet_v3_small": [2, 3, 61, 75],
    "enet": [2, 3, 40, 56],
    "unet_resnet18": [2, 3, 61, 75],
    "unet_mobilenet_v2": [2, 3, 75, 61],
}
# By how a name begins; the first that fits.
BEGINNINGS = {
    "unet_mit": OF_32, "linknet": OF_32, "pspnet": OF_8, "fpn": OF_32, "deeplabv3plus": OF_16, "pan_": OF_128,
    "upernet": OF_32, "segformer_b": ANY, "segformer": OF_32, "": ANY,
}


def input_of(name):
    """`[n, 3, h, w]` for a network, by its name in the zoo and its scale, if it has one."""
    return INPUTS.get(name) or next(shape for begin, shape in BEGINNINGS.items() if name.startswith(begin))
