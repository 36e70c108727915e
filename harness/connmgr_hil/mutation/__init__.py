"""Mutation testing of C: what a suite is worth for a file is how many of its mutants are seen."""

from .mutants import Mutant, mutants_of
from .results import MutationReport, Result
from .surveying import survey

__all__ = ["Mutant", "MutationReport", "Result", "mutants_of", "survey"]
