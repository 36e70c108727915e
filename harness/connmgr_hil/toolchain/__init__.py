"""Finds what firmware is built with on this machine, and builds it."""
