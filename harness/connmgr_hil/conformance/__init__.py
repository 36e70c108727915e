"""Scenarios, and everything that runs them and reports what they show."""
