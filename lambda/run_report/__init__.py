"""What a run found, gathered from the files that it left in S3, and as one page for people.

Standard library only, and no import of other packages: the results function and the command line use the same sources.
"""

PAGE = "monitoring-report.html"
"""Name of the page among the files of a run; Clarify's own files have a `report.html` already."""
