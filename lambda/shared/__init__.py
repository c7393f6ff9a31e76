"""What both functions need: AWS clients, S3 locations, log lines, console links and explanations of failures."""
