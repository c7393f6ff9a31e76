"""Make the models and `answers.json`; see README.md. Runs with MXNet 1.9.1 only."""

import json
import zipfile
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as np

ROWS = np.array([[0.5, -1.0, 2.0], [0.0, 0.0, 0.0], [3.0, 1.5, -0.25]])
HEADS = {
    "regressor": (1, mx.sym.LinearRegressionOutput, {"threshold": 0.5, "loss_type": "squared_loss"}),
    "binary_classifier": (1, mx.sym.LogisticRegressionOutput, {"threshold": 0.4, "loss_type": "logistic"}),
    "multiclass_classifier": (3, mx.sym.SoftmaxOutput, {"threshold": 0.5, "loss_type": "softmax_loss"}),
}
random = np.random.RandomState(0)


def made(kind: str, width: int, head: Any, more: dict[str, Any]) -> Any:
    """Write a model as Linear Learner does, and return what MXNet answers to the rows."""
    weight = mx.sym.Variable("fc0_weight", shape=(3, width))
    bias = mx.sym.Variable("fc0_bias", shape=(1, width), lr_mult=10.0)
    scores = mx.sym.broadcast_plus(mx.sym.dot(mx.sym.Variable("data"), weight), bias)
    module = mx.mod.Module(head(scores, mx.sym.Variable("out_label")), label_names=["out_label"])
    module.bind(data_shapes=[("data", ROWS.shape)], for_training=False)
    values = {"fc0_weight": random.randn(3, width), "fc0_bias": random.randn(1, width)}
    module.set_params({name: mx.nd.array(value) for name, value in values.items()}, {})
    module.save_checkpoint("mx-mod", 0)
    module.forward(mx.io.DataBatch([mx.nd.array(ROWS)]), is_train=False)
    files = {
        "additional-params.json": json.dumps({**more, "metrics_params": {}, "predictor_type": kind}).encode(),
        "manifest.json": b'{"additional-params.json": "json", "mx-mod": "mxnet_module", "version": 1}',
        "mx-mod-symbol.json": Path("mx-mod-symbol.json").read_bytes(),
        "mx-mod-0000.params": Path("mx-mod-0000.params").read_bytes(),
    }
    with zipfile.ZipFile(f"{kind}.model_algo-1", "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return module.get_outputs()[0].asnumpy().tolist()


answers = {kind: made(kind, *settings) for kind, settings in HEADS.items()}
Path("answers.json").write_text(json.dumps({"rows": ROWS.tolist(), **answers}, indent=1) + "\n", encoding="utf-8")
for left in Path().glob("mx-mod*"):
    left.unlink()
