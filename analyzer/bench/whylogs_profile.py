"""Profile a CSV file with whylogs, and print seconds and peak memory as JSON.

It runs in whylogs' own environment, so it imports nothing of this project.
"""

import json
import os
import resource
import sys
import time

os.environ["WHYLOGS_NO_ANALYTICS"] = "True"  # it would tell its makers of every start

import pandas as pd
import whylogs

begin = time.perf_counter()
whylogs.log(pd.read_csv(sys.argv[1])).view().to_pandas()
seconds = time.perf_counter() - begin
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": seconds, "peak_megabytes": peak / (1e6 if sys.platform == "darwin" else 1e3)}))
