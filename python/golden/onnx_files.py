"""Networks as torch.onnx.export writes them, without their weights: tests/golden/onnx/<network>.onnx.

    python python/golden/onnx_files.py [network ...]

The weights are those that `weights.py` makes from names, so that a file holds the graph only and its outputs are those of the
golden file of the same network: a tensor that is a weight, or one turned as a linear layer's is, keeps its name and loses its
data. Turned ones are called `turned:<name>`.
Made with torch 2.15.0, onnx 1.22.0 and onnxscript 0.7.2.
"""
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

import architectures
import weights
from inputs import CLASSES, input_of

HERE = Path(__file__).resolve().parent
sys.path += [str(HERE.parent), str(HERE.parent / "tests")]
from golden_export import SIZES  # noqa: E402
from published import NARROW, filled  # noqa: E402
from segscope_export.trace import ScoresOf  # noqa: E402

FOLDER = HERE.parents[1] / "tests" / "golden" / "onnx"
# Neither ENet and SegNet, whose max-unpooling the exporter writes as arithmetic with indices, nor PSPNet, UPerNet and Fast-SCNN,
# whose pyramids it writes so too where they do not divide the map.
# Open sizes, as a network that is to be deployed has; the others for the size of their golden input.
OPEN = ["fcn_resnet50", "lraspp_mobilenet_v3_large", "unet_resnet18", "fpn_mobilenet_v2", "deeplabv3plus_mobilenet_v2",
        "linknet_mobilenet_v2", "segformer_b0"]
FIXED = ["deeplabv3_mobilenet_v3_large", "unet_mobilenet_v2", "pan_mobilenet_v2", "segformer_mit_b0",
         "unet_efficientnet-b0"]
NEW = [name for name in NARROW if name not in ("upernet_convnext", "fast_scnn")]
# Numbers that are no weights: sizes, axes, epsilons.
MOST_KEPT = 64


def strip(model, named):
    """Takes out every weight, and what the exporter noted down for people."""
    by_size = {}
    for name, tensor in named.items():
        by_size.setdefault(tensor.numel(), []).append((name, tensor.numpy()))
    renamed = {}
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.size <= MOST_KEPT and tensor.name not in named and f"network.{tensor.name}" not in named:
            if not any(np.array_equal(values, other) for _, other in by_size.get(values.size, [])):
                continue
        for name, other in by_size.get(values.size, []):
            if np.array_equal(values, other):
                renamed[tensor.name] = name
            elif other.ndim == 2 and np.array_equal(values, other.T):
                renamed[tensor.name] = f"turned:{name}"
        if tensor.name not in renamed:
            raise ValueError(f"{tensor.name} {values.shape} is no weight of the network")
        tensor.ClearField("raw_data")
        tensor.name = renamed[tensor.name]
    for node in model.graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    del model.graph.value_info[:]
    for part in (model, model.graph, *model.graph.input, *model.graph.output, *model.graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")


def write(name, network, named, shape, is_open):
    sides = ({2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC},) if is_open else None
    program = torch.onnx.export(ScoresOf(network).eval(), (weights.picture(shape)[:1],), dynamo=True, optimize=False,
                                dynamic_shapes=sides, input_names=["image"], output_names=["scores"], verbose=False)
    model = program.model_proto
    strip(model, {name: tensor for name, tensor in named.items() if not name.endswith("num_batches_tracked")})
    path = FOLDER / f"{name}.onnx"
    onnx.save(model, path)
    path.chmod(0o644)
    print(f"{name}: {path.stat().st_size} bytes, {len(model.graph.node)} nodes", flush=True)


def of_zoo(name):
    network = architectures.NETWORKS[name](CLASSES)
    named = architectures.named_tensors(network)
    return weights.fill(network, named), named, input_of(name)


def new(name):
    """Of the networks that the zoo lacks; the bias that their scores were balanced by stays in the file."""
    network, multiple = NARROW[name]
    shape = [1, 3, *SIZES[multiple]]
    network = filled(network, shape)
    named = {name: tensor for name, tensor in network.state_dict().items() if tensor.shape != (CLASSES,)}
    return network, named, shape


@torch.inference_mode()
def main():
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or [*OPEN, *FIXED, *NEW]:
        write(name, *(new(name) if name in NARROW else of_zoo(name)), name in OPEN)


if __name__ == "__main__":
    main()
