"""Command line: python -m segscope_export my_package.models:build my.safetensors --classes road,sky"""
import argparse
import importlib
import os
import sys

from .errors import ExportError
from .export import export


def main():
    parser = argparse.ArgumentParser("segscope-export", description="Writes a PyTorch model as a Segscope model file.")
    parser.add_argument("model", help="module:callable, which returns the torch.nn.Module with its weights")
    parser.add_argument("path", help="the file to write, my.safetensors")
    parser.add_argument("--classes", required=True, help="names, separated by commas, or their number")
    parser.add_argument("--name")
    parser.add_argument("--multiple", type=int, help="what sides of pictures are multiples of; found if left out")
    parser.add_argument("--long-side", type=int, default=512)
    parser.add_argument("--licence", default="unknown")
    arguments = parser.parse_args()
    sys.path.insert(0, os.getcwd())
    package, _, function = arguments.model.partition(":")
    module = getattr(importlib.import_module(package), function)()
    classes = int(arguments.classes) if arguments.classes.isdigit() else arguments.classes.split(",")
    try:
        print(export(module, arguments.path, classes=classes, name=arguments.name, multiple=arguments.multiple,
                     long_side=arguments.long_side, licence=arguments.licence))
    except ExportError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
