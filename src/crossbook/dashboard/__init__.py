"""What people see: the live screen and the text where there is none."""

from crossbook.dashboard.report import feed_lines, progress_line, summary_lines
from crossbook.dashboard.screen import Screen

__all__ = ["Screen", "feed_lines", "progress_line", "summary_lines"]
