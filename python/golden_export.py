"""Golden files of the exporter: tests/golden/exported/<network>.safetensors.

    python python/golden_export.py [folder]

Each holds a network that the zoo lacks, exported: `model`, the bytes of the model file, and PyTorch's `logits` `[1,
classes, h, w]` of the module itself, not of the file. Weights and input come from `golden/weights.py`; the input is the
picture of the logits' size. One picture, so that the files stay small; sizes are unequal and, where the network allows
it, odd; logits of larger ones are in f16. Made with torch 2.15.0, segmentation_models_pytorch 0.6.0 and transformers 5.24.0.
"""
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "golden"), str(HERE / "tests")]
import weights  # noqa: E402
from published import CLASSES, NARROW, filled  # noqa: E402
from segscope_export import export  # noqa: E402
from segscope_export.trace import ScoresOf  # noqa: E402

FOLDER = HERE.parent / "tests" / "golden" / "exported"
# By what the sides have to be multiples of.
SIZES = {1: (33, 47), 16: (48, 32), 32: (64, 32)}
# Its deepest map has a stride of 32, and torch.export wants at least two rows of it.
LARGE = {"upernet_convnext": (97, 131)}


def main():
    torch.set_num_threads(1)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(exist_ok=True)
    for name, (network, multiple) in NARROW.items():
        shape = [1, 3, *LARGE.get(name, SIZES[multiple])]
        module = filled(network, shape)
        with tempfile.TemporaryDirectory() as temporary:
            path = Path(temporary) / "model.safetensors"
            report = export(module, path, classes=CLASSES, name=name, multiple=multiple, licence="none",
                            data="none; the weights are random")
            model = torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8)
        with torch.inference_mode():
            logits = ScoresOf(module)(weights.picture(shape)).contiguous()
        if name in LARGE:
            logits = logits.half()
        path = folder / f"{name}.safetensors"
        save_file({"model": model, "logits": logits}, path)
        path.chmod(0o644)
        pixels = torch.bincount(logits.argmax(1).flatten(), minlength=CLASSES).tolist()
        print(f"{name}: {path.stat().st_size} bytes, {report.nodes} nodes, error {report.error:.1e}, "
              f"pixels by class {pixels}")


if __name__ == "__main__":
    main()
