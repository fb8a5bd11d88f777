"""Command line: python -m segscope_export my_package.models:build my.safetensors --classes road,sky=#5aa0fa"""
import argparse
import importlib
import os
import sys

from .errors import ExportError
from .export import export


def parser():
    """The options of `export` under their names, and no defaults: those are in one place, there."""
    options = argparse.ArgumentParser("segscope-export", argument_default=argparse.SUPPRESS,
                                      description="Writes a PyTorch model as a Segscope model file.")
    options.add_argument("model", help="module:callable, which returns the torch.nn.Module with its weights")
    options.add_argument("path", help="the file to write, my.safetensors")
    options.add_argument("--classes", required=True, type=classes,
                         help="names, separated by commas, with colours or without: road,sky=#5aa0fa; or their number")
    options.add_argument("--name", help="what people see; the module's class if left out")
    options.add_argument("--mean", type=channels, help="of red, green and blue of 0..1, as in 0.5,0.5,0.5")
    options.add_argument("--std", type=channels, help="the same; both are ImageNet's if left out")
    options.add_argument("--long-side", type=int, help="pixels on the longer side of a picture")
    options.add_argument("--multiple", type=int, help="what sides of pictures are multiples of; found if left out")
    options.add_argument("--example-size", type=size, help="of a picture that the model takes, HEIGHTxWIDTH: 96x128")
    options.add_argument("--licence", help="an SPDX name")
    options.add_argument("--data", help="what it was trained on")
    options.add_argument("--credit", help="by whom")
    return options


def classes(text):
    return int(text) if text.isdigit() else [named(entry) for entry in text.split(",")]


def named(entry):
    """A name, or `(name, (red, green, blue))` of `sky=#5aa0fa`."""
    name, is_coloured, digits = entry.partition("=#")
    if not is_coloured:
        return name
    try:
        red, green, blue = bytes.fromhex(digits)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"a colour has six hexadecimal digits, as in {name}=#5aa0fa, not {entry}") from None
    return name, (red, green, blue)


def channels(text):
    try:
        red, green, blue = (float(number) for number in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"three numbers are needed, as in 0.485,0.456,0.406, not {text}") from None
    return red, green, blue


def size(text):
    try:
        height, width = (int(side) for side in text.split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"HEIGHTxWIDTH is needed, as in 96x128, not {text}") from None
    return height, width


def main():
    options = vars(parser().parse_args())
    package, _, function = options.pop("model").partition(":")
    sys.path.insert(0, os.getcwd())
    module = getattr(importlib.import_module(package), function)()
    try:
        print(export(module, options.pop("path"), **options))
    except ExportError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
