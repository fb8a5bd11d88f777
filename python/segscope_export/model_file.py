"""The model file: safetensors with the graph and what a page says about the network in its metadata.

As src/weights/file.rs, tensors.rs and info.rs read it; weights stay float32.
"""
import json

from safetensors import safe_open
from safetensors.torch import save

from .errors import ExportError

FORMAT = "segscope-1"
MIN_CLASSES, MAX_CLASSES = 2, 255
# What readers take, src/weights/container.rs.
MAX_FILE_BYTES = 256 << 20


def write(path, graph, info):
    """To `path`, a `pathlib.Path`."""
    tensors, names = graph.tensors()
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise ExportError(f"the weight {name} has numbers that are not finite; repair the checkpoint")
    size = sum(tensor.nbytes for tensor in tensors.values())
    if size > MAX_FILE_BYTES:
        raise ExportError(f"the weights take {size} bytes, more than the {MAX_FILE_BYTES} that a browser is given; "
                          f"take a narrower network")
    metadata = {"format": FORMAT, "graph": graph.to_json(names), "info": json.dumps(info)}
    path.write_bytes(reproducible(save(tensors, metadata)))


def reproducible(file):
    """The same safetensors file with its metadata in the order of their names: the library's is another in every run."""
    length = int.from_bytes(file[:8], "little")
    header = json.loads(file[8:8 + length])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + file[8 + length:]


def read(path):
    """The graph's JSON, the info's, and the tensors by name."""
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    return json.loads(metadata["graph"]), json.loads(metadata["info"]), tensors


def model_info(outputs, classes, name, mean, std, long_side, multiple, licence, data, credit):
    """The info of a network with `outputs` channels. `classes`: names, `(name, (red, green, blue))` pairs, or their
    number. `licence`: a name, or the entries `name`, `url` and `note`."""
    classes = [f"class {i}" for i in range(classes)] if isinstance(classes, int) else list(classes)
    if len(classes) != outputs or not MIN_CLASSES <= outputs <= MAX_CLASSES:
        advice = ("; for one channel of foreground scores x, export a module that returns "
                  "torch.cat([-x / 2, x / 2], 1), whose softmax is x's sigmoid") if outputs == 1 else ""
        raise ExportError(f"the network has {outputs} output channels for {len(classes)} classes; "
                          f"{MIN_CLASSES} to {MAX_CLASSES}, one channel for each class, are possible{advice}")
    pairs = [(entry, colour(i)) if isinstance(entry, str) else entry for i, entry in enumerate(classes)]
    licence = {"name": licence} if isinstance(licence, str) else licence
    return {
        "id": "".join(c if c.isalnum() else "-" for c in name.lower()),
        "name": name,
        "description": "",
        "classes": [{"name": entry, "colour": list(colour)} for entry, colour in pairs],
        "input": {"mean": list(mean), "std": list(std), "long_side": long_side, "multiple": multiple},
        "licence": {"url": "", "note": "", **licence},
        "data": data,
        "credit": credit,
    }


def colour(class_id):
    """Near black for the background, the others round the colour circle in golden-ratio steps, as
    src/weights/import/spec.rs."""
    if class_id == 0:
        return (24, 26, 32)
    turns = class_id * 0.618034
    distances = (abs((turns + offset) % 1 * 6 - 3) - 1 for offset in (0, 2 / 3, 1 / 3))
    return tuple(int(min(max(distance, 0), 1) * 255) for distance in distances)
