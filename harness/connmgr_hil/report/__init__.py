"""Reports from traces: HTML for people, JUnit for programs and Markdown for CI pages."""

from .evidence import ReportEvidence, gather
from .html import render_html
from .issue import render_issue
from .junit import render_junit
from .markdown import render_markdown
from .scores import DefectScore, Scores, read_scores
from .wording import apart

__all__ = [
    "DefectScore",
    "ReportEvidence",
    "Scores",
    "apart",
    "gather",
    "read_scores",
    "render_html",
    "render_issue",
    "render_junit",
    "render_markdown",
]
