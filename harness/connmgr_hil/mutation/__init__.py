"""Mutation testing of C: how many mutants of a file the suite notices."""

from .mutants import Mutant, mutants_of
from .results import MutantResult, MutationReport
from .surveying import survey

__all__ = ["Mutant", "MutantResult", "MutationReport", "mutants_of", "survey"]
