"""The decoders that scripts for XGBoost's image import, as AWS's examples do.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-how-to-use.html
"""

import importlib

_dmatrix = importlib.import_module("model_container.dmatrix")
csv_to_dmatrix = _dmatrix.from_csv
libsvm_to_dmatrix = _dmatrix.from_libsvm
decode = _dmatrix.decode
