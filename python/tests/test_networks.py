"""Whole networks with random weights and statistics: exported, and compared with PyTorch. Run: python
test_networks.py"""
import sys
import tempfile
import unittest
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from published import CLASSES, NARROW, NEW, REFUSED, ZOO, filled  # noqa: E402
from segscope_export import ExportError, export, model_file  # noqa: E402
from segscope_export.interpreter import OPERATIONS  # noqa: E402

torch.set_num_threads(1)
EXAMPLE = (96, 128)


class Networks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "model.safetensors"

    def test_each_answers_as_pytorch_does(self):
        for kind, networks in (("zoo", ZOO), ("new", NEW), ("narrow", NARROW)):
            for name, (network, multiple) in networks.items():
                with self.subTest(name, kind=kind):
                    module = filled(network)
                    report = export(module, self.path, classes=CLASSES, example_size=EXAMPLE)
                    print(f"{kind:6} {name}: {report.nodes} nodes, {report.parameters} parameters, "
                          f"error {report.error:.1e}, same class {report.same:.4%}, sizes {report.sizes}")
                    self.assertEqual(report.multiple, multiple)
                    self.assertEqual(len(report.sizes), 3)
                    self.assertLess(report.error, 2e-5)
                    self.check_file(module)

    def check_file(self, module):
        """What src/weights/file.rs insists on, and names that people know from the state dict."""
        graph, info, tensors = model_file.read(self.path)
        self.assertEqual(set(info), {"id", "name", "description", "classes", "input", "licence", "data", "credit"})
        named = [name for node in graph["nodes"] for name in node.get("weights", [])]
        self.assertEqual((len(named), set(named)), (len(set(named)), set(tensors)))
        self.assertTrue({node["op"] for node in graph["nodes"]} <= set(OPERATIONS))
        known = set(module.state_dict())
        strange = {name for name in named if tensors[name].dim() == 4} - known
        self.assertEqual(strange, set())

    def test_what_cannot_be_expressed_is_named(self):
        for name, (network, size, expected) in REFUSED.items():
            with self.subTest(name), self.assertRaises(ExportError) as caught:
                export(network(), self.path, classes=CLASSES, example_size=size)
            self.assertEqual([(problem.operation, problem.module) for problem in caught.exception.problems], expected)
            self.assertFalse(self.path.exists())


if __name__ == "__main__":
    unittest.main()
