"""Golden gradients: tests/golden/gradients.safetensors, for effective receptive fields.

    python python/golden/gradients.py

For each network, of the first picture of its golden input: the gradient of one output pixel, summed over classes, with respect to the picture,
`[3, h, w]`. The pixel is a third of the way down and half of the way across. Weights come from `weights.py`. Computed in float64: a value so close to
zero that rounding changes its sign is on the other slope of a PReLU.
Made with torch 2.15.0.
"""
from pathlib import Path

import torch
from safetensors.torch import save_file

import architectures
import weights
from inputs import CLASSES, input_of

# One for each way of upsampling and each kind of encoder: bilinear, transposed, unpooled; PReLU, attention, pooled pyramids.
CHOSEN = ["unet_resnet18_0.5", "segnet_0.3125", "enet", "segformer_b0", "deeplabv3plus_resnet18_0.5", "pspnet_resnet18_0.5",
          "fcn8s_vgg16_0.15625", "lraspp_mobilenet_v3_small", "espnet_v2_0.5"]
FILE = Path(__file__).resolve().parents[2] / "tests" / "golden" / "gradients.safetensors"


def main():
    gradients = {}
    for name in CHOSEN:
        model = architectures.NETWORKS[name](CLASSES)
        weights.fill(model, architectures.named_tensors(model))
        model.double()
        picture = weights.picture(input_of(name))[:1].double().requires_grad_()
        scores = architectures.scores(model, picture)
        _, _, height, width = scores.shape
        scores[0, :, height // 3, width // 2].sum().backward()
        gradients[name] = picture.grad[0].float().contiguous()
        print(f"{name}: {tuple(picture.shape)}, magnitude {gradients[name].abs().max():.3e}")
    save_file(gradients, FILE)
    FILE.chmod(0o644)


if __name__ == "__main__":
    main()
