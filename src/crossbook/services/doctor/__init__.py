"""Looks at everything that crossbook depends on before it has to."""

from crossbook.services.doctor.examination import examine
from crossbook.services.doctor.finding import Finding, Grade

__all__ = ["Finding", "Grade", "examine"]
