"""Conformance testing of Zephyr's Connection Manager over a UART, judged by a reference model."""

__version__ = "0.1.0"
