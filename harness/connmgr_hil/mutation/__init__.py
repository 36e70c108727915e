"""Mutation testing of C: what a suite is worth for a file is how many of its mutants are seen."""

from .mutants import Mutant, mutants_of
from .results import MutantResult, MutationReport
from .surveying import survey

__all__ = ["Mutant", "MutantResult", "MutationReport", "mutants_of", "survey"]
