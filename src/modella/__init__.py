"""Modella: a local-first model library and download manager for generative-AI model files."""

__version__ = "0.1.0"
