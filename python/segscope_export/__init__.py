"""Exports PyTorch models to the model files of Segscope, which run in a browser."""
from .check import Report
from .errors import ExportError, Problem
from .export import export

__all__ = ["ExportError", "Problem", "Report", "export"]
