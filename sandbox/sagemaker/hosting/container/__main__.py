"""Entry of a model container: ``python <this folder> <socket fd> <model folder> <code folder> <image>``.

Python puts this folder, and nothing else of the sandbox, on the path of the user's script. What is in it has names that
no script has, or that scripts know from the image.
"""

import importlib
import sys

importlib.import_module("model_container.server").main(*sys.argv[1:])
