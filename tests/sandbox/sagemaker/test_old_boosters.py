"""Models in formats that XGBoost no longer reads: told, converted elsewhere, and served. Nothing here is downloaded."""

import hashlib
import json
import pickle
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from sandbox.process import user
from sandbox.sagemaker.hosting import HostingError, old_boosters
from sandbox.sagemaker.hosting.container.model_container import images
from sandbox.sagemaker.hosting.old_boosters import conversion, formats, renewal, xgboost_release
from sandbox.sagemaker.hosting.old_boosters.formats import OldBooster

DATA = Path(__file__).with_name("data") / "xgboost-0.90"
OLD_IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:0.90-2-cpu-py3"
ROWS = "0.1,0.2,0.3\n0.9,0.8,0.7\n,0.2,0.3"
ANSWER = "0.14527316391468048,0.8524594306945801,0.14527316391468048"
"""What XGBoost 0.90 says to them (data/xgboost-0.90/README.md), as image 0.90 writes it."""
PICKLED = (DATA / "xgboost-model").read_bytes()


def old_booster() -> OldBooster:
    found = formats.read(DATA / "xgboost-model")
    assert found is not None
    return found


def keep_conversion(cache_home: Path) -> None:
    """Put the converted model where the sandbox keeps those that it has converted."""
    folder = cache_home / "sagemaker-model-monitor-cdk" / "xgboost-models"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(DATA / "converted.json", folder / f"{hashlib.sha256(old_booster().binary).hexdigest()}.json")


def pickled(state: dict[str, Any]) -> bytes:
    """A pickle of a Booster with a state, which need not be one that can be read."""
    return b"\x80\x02cxgboost.core\nBooster\n)\x81" + pickle.dumps(state, protocol=2)[2:-1] + b"b."


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of this process: empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Path]:
    """An unpacked archive of files, by name."""

    def unpack(**files: bytes) -> Path:
        folder = tmp_path / "model"
        folder.mkdir()
        for name, content in files.items():
            (folder / name.replace("_", "-")).write_bytes(content)
        return folder

    return unpack


def test_a_model_of_xgboost_090_serves_as_image_090_does_and_the_log_says_what_was_done(
    world: Any, cache_home: Path
) -> None:
    keep_conversion(cache_home)
    name = world.unique("old")
    url = world.put(f"models/{name}/model.tar.gz", world.archive({"xgboost-model": PICKLED}))
    world.sagemaker.create_model(
        ModelName=name, ExecutionRoleArn=world.role, PrimaryContainer={"Image": OLD_IMAGE, "ModelDataUrl": url}
    )
    endpoint = world.make_endpoint(world.make_config(name))
    assert world.invoke(endpoint, ROWS) == ANSWER
    logs = world.box.client("logs")
    events = logs.filter_log_events(logGroupName=f"/aws/sagemaker/Endpoints/{endpoint}")["events"]
    messages = [event["message"] for event in events]
    assert messages[0] == (
        f"xgboost-model is a Booster pickled by XGBoost 1.5 or older, which XGBoost {xgboost.__version__} does not read"
    )
    assert messages[1].startswith("xgboost-model was converted before: ")
    world.sagemaker.delete_endpoint(EndpointName=endpoint)


def test_a_script_unpickles_what_was_converted(cache: Path, archive: Callable[..., Path]) -> None:
    keep_conversion(cache)
    folder = archive(xgboost_model=PICKLED)
    old_boosters.renew(folder, lambda _: None)
    booster = pickle.loads((folder / "xgboost-model").read_bytes())
    assert (booster.feature_names, booster.attr("best_iteration")) == (["f0", "f1", "f2"], "3")


def test_a_binary_file_of_later_images_is_converted_too(cache: Path, archive: Callable[..., Path]) -> None:
    keep_conversion(cache)
    folder = archive(xgboost_model=old_booster().binary)
    old_boosters.renew(folder, lambda _: None)
    answer, _ = images.load(folder, folder / "code", OLD_IMAGE).answer(ROWS.encode(), "text/csv", "*/*")
    assert answer.decode() == ANSWER


def test_other_files_stay_as_they_are(cache: Path, archive: Callable[..., Path]) -> None:
    trained = xgboost.train({"nthread": 1}, xgboost.DMatrix(np.eye(4), label=[0, 1, 0, 1]), 1)
    files = {
        "pickled": pickle.dumps(trained),
        "json": trained.save_raw("json"),
        "ubj": trained.save_raw("ubj"),
        "text": b"0.1,0.2\n" * 100,
        "zeros": bytes(4096),
        "short": b"binf",
        "foreign": PICKLED.replace(b"bytearray", b"bytesmine"),
        "cut": PICKLED[:300],
        "empty": b"",
    }
    folder = archive(**files)
    old_boosters.renew(folder, lambda lines: pytest.fail(f"nothing is to do, but: {lines}"))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files


def test_nothing_that_a_pickle_names_is_called(tmp_path: Path) -> None:
    class Booster:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "called",)

    content = pickle.dumps({"xgboost.core": "Booster", "handle": Booster()})
    (tmp_path / "xgboost-model").write_bytes(content)
    assert formats.read(tmp_path / "xgboost-model") is None
    assert not (tmp_path / "called").exists()


def test_pickles_of_python_2_are_read(tmp_path: Path) -> None:
    """The first generation of XGBoost's image ran on Python 2."""
    known = old_booster()
    handle = known.binary.decode("latin1").encode()
    content = (
        b"\x80\x02cxgboost.core\nBooster\n)\x81}(U\x06handlec__builtin__\nbytearray\n"
        b"X" + struct.pack("<I", len(handle)) + handle + b"U\x07latin-1\x86RU\x0ebest_iterationK\x03ub."
    )
    (tmp_path / "xgboost-model").write_bytes(content)
    found = formats.read(tmp_path / "xgboost-model")
    assert found is not None
    assert (found.binary, found.attributes) == (known.binary, {"best_iteration": 3})


@pytest.mark.parametrize("installer", ["uv", "pip"])
def test_without_a_package_index_the_reason_says_what_to_do(
    cache: Path, archive: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, installer: str
) -> None:
    for variable in ("UV_OFFLINE", "UV_NO_CONFIG", "PIP_NO_INDEX"):
        monkeypatch.setenv(variable, "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(cache / "uv"))
    monkeypatch.setenv("PIP_FIND_LINKS", str(cache))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    if installer == "pip":
        monkeypatch.setattr(xgboost_release.shutil, "which", lambda *_, **__: None)
    with pytest.raises(HostingError, match=r"cannot be fetched from the package index: .+\. Let the sandbox") as raised:
        old_boosters.renew(archive(xgboost_model=PICKLED), lambda _: None)
    assert "call save_model('xgboost-model.json') with XGBoost 1.0 to 3.0" in str(raised.value)
    assert not list(user.cache("xgboost").iterdir())


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library of the installed XGBoost in the place of the fetched one: it reads newer formats only."""
    (found,) = (Path(xgboost.__file__).parent / "lib").glob("libxgboost.*")
    monkeypatch.setattr(xgboost_release, "path", lambda _: found)


@pytest.mark.usefixtures("cache", "installed")
def test_the_converter_is_a_process_that_calls_the_library_and_its_result_is_kept() -> None:
    trained = xgboost.train({"nthread": 1}, xgboost.DMatrix(np.eye(4), label=[0, 1, 0, 1]), 1)
    readable = OldBooster("a model", bytes(trained.save_raw("ubj")), is_pickled=False)
    told: list[str] = []
    converted = conversion.to_json("xgboost-model", readable, told.extend)
    assert converted.read_bytes() == bytes(trained.save_raw("json"))
    assert conversion.to_json("xgboost-model", readable, told.extend) == converted
    assert [line.split(":")[0] for line in told] == [
        f"converted xgboost-model to JSON with XGBoost {xgboost_release.RELEASE}",
        "xgboost-model was converted before",
    ]
    assert converted.parent.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("cache", "installed")
def test_pickles_of_xgboost_13_to_15_hold_json(archive: Callable[..., Path]) -> None:
    trained = xgboost.train({"nthread": 1}, xgboost.DMatrix(np.eye(4), label=[0, 1, 0, 1]), 1)
    state = trained.__getstate__()
    old = {"Config": {}, "Model": json.loads(trained.save_raw("json"))}
    state["handle"] = bytearray(json.dumps(old, separators=(",", ":")).encode() + b"\0")
    folder = archive(xgboost_model=pickled(state))
    with pytest.raises(xgboost.core.XGBoostError):
        pickle.loads((folder / "xgboost-model").read_bytes())
    old_boosters.renew(folder, lambda _: None)
    renewed = pickle.loads((folder / "xgboost-model").read_bytes())
    assert renewed.save_raw("json") == trained.save_raw("json")


@pytest.mark.usefixtures("cache", "installed")
def test_a_model_that_the_library_does_not_read_fails_with_its_words(archive: Callable[..., Path]) -> None:
    with pytest.raises(HostingError, match=r"could not be converted by XGBoost .* Invalid model format"):
        old_boosters.renew(archive(xgboost_model=PICKLED), lambda _: None)


def test_a_cache_that_cannot_be_written_is_named(cache: Path, archive: Callable[..., Path]) -> None:
    cache.write_bytes(b"a file in the place of the folder")
    with pytest.raises(HostingError, match=r"what xgboost-model was converted to cannot be kept: .*cache"):
        old_boosters.renew(archive(xgboost_model=PICKLED), lambda _: None)


def test_what_the_installed_xgboost_does_not_read_is_named(cache: Path, archive: Callable[..., Path]) -> None:
    broken = archive(broken=b"{}")
    with pytest.raises(HostingError, match=f"XGBoost {xgboost.__version__} does not read xgboost-model"):
        renewal.write(broken / "xgboost-model", old_booster(), broken / "broken")
