"""Names of the files that a run writes."""

VIOLATIONS_FILE = "constraint_violations.json"
STATISTICS_FILE = "statistics.json"
ANALYSIS_FILE = "analysis.json"
