"""The command line has every option of `export`, and hands them on. Run: python test_command_line.py"""
import contextlib
import inspect
import io
import os
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from segscope_export import __main__ as command_line  # noqa: E402
from segscope_export import export, model_file  # noqa: E402

torch.set_num_threads(1)
MODULE = "streets_of_a_test"
NETWORKS = """
import torch

def streets():
    return torch.nn.Conv2d(3, 3, 1)

def softened():
    return torch.nn.Sequential(streets(), torch.nn.Softmax(1))
"""
# By option of `export`: what is typed, and what the function is given.
OPTIONS = {
    "classes": ("background,road,sky=#5aa0fa", ["background", "road", ("sky", (90, 160, 250))]),
    "name": ("My streets", "My streets"),
    "mean": ("0.5,0.25,0", (0.5, 0.25, 0.0)),
    "std": ("1,0.5,0.25", (1.0, 0.5, 0.25)),
    "long_side": ("320", 320),
    "multiple": ("8", 8),
    "licence": ("CC-BY-4.0", "CC-BY-4.0"),
    "data": ("my own photos", "my own photos"),
    "credit": ("me", "me"),
    "example_size": ("40x72", (40, 72)),
}
REFUSED = {
    "--classes": ("road,sky=#5aa", "a colour has six hexadecimal digits, as in sky=#5aa0fa, not sky=#5aa"),
    "--mean": ("0.5,0.5", "three numbers are needed, as in 0.485,0.456,0.406, not 0.5,0.5"),
    "--std": ("0.5,0.5,a", "three numbers are needed"),
    "--example-size": ("96,128", "HEIGHTxWIDTH is needed, as in 96x128, not 96,128"),
}


def flag(option):
    return "--" + option.replace("_", "-")


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, Path.cwd())
        os.chdir(folder.name)
        Path(f"{MODULE}.py").write_text(NETWORKS)
        # The command adds the folder that it is called in.
        paths = mock.patch.object(sys, "path", list(sys.path))
        paths.start()
        self.addCleanup(paths.stop)
        self.addCleanup(sys.modules.pop, MODULE, None)

    def run_main(self, network, *arguments):
        """What it prints, to standard output or before it ends."""
        command = ["segscope-export", f"{MODULE}:{network}", "my.safetensors", *arguments]
        printed = io.StringIO()
        with mock.patch.object(sys, "argv", command), contextlib.redirect_stdout(printed), \
                contextlib.redirect_stderr(printed), contextlib.suppress(SystemExit):
            command_line.main()
        return printed.getvalue()

    def test_every_option_is_handed_on(self):
        keywords = {name for name, parameter in inspect.signature(export).parameters.items()
                    if parameter.kind is parameter.KEYWORD_ONLY}
        self.assertEqual(set(OPTIONS), keywords)
        typed = [word for option, (text, _) in OPTIONS.items() for word in (flag(option), text)]
        with mock.patch.object(command_line, "export") as exported:
            self.run_main("streets", *typed)
        self.assertEqual(exported.call_args.args[1:], ("my.safetensors",))
        self.assertEqual(exported.call_args.kwargs, {option: value for option, (_, value) in OPTIONS.items()})

    def test_what_is_left_out_is_left_to_the_function(self):
        with mock.patch.object(command_line, "export") as exported:
            self.run_main("streets", "--classes", "3")
        self.assertEqual(exported.call_args.kwargs, {"classes": 3})

    def test_a_file_is_written(self):
        typed = [word for option, (text, _) in OPTIONS.items() for word in (flag(option), text)]
        self.assertIn("Report(nodes=", self.run_main("streets", *typed))
        _, info, _ = model_file.read("my.safetensors")
        self.assertEqual(info["classes"][2], {"name": "sky", "colour": [90, 160, 250]})
        self.assertEqual(info["input"], {"mean": [0.5, 0.25, 0.0], "std": [1.0, 0.5, 0.25], "long_side": 320,
                                         "multiple": 8})
        self.assertEqual((info["licence"]["name"], info["data"], info["credit"]), ("CC-BY-4.0", "my own photos", "me"))

    def test_what_cannot_be_read_is_refused_with_an_example(self):
        for option, (text, message) in REFUSED.items():
            with self.subTest(option):
                self.assertIn(message, self.run_main("streets", "--classes", "3", option, text))

    def test_what_cannot_be_expressed_ends_it_with_the_reason(self):
        command = ["segscope-export", f"{MODULE}:softened", "my.safetensors", "--classes", "3"]
        with mock.patch.object(sys, "argv", command), self.assertRaisesRegex(SystemExit, "outside of attention"):
            command_line.main()
        self.assertFalse(Path("my.safetensors").exists())


if __name__ == "__main__":
    unittest.main()
