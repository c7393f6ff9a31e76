"""Python files that the analyzer runs before or after its analysis."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from model_monitor.errors import ConfigurationError, Shown
from model_monitor.internal.checking import checked
from model_monitor.internal.files import is_file
from model_monitor.s3_location import S3Location

PREPROCESS_HANDLER = "preprocess_handler"
POSTPROCESS_HANDLER = "postprocess_handler"


@checked
@dataclass(frozen=True)
class AnalysisScript:
    """A single Python file; the analyzer has no packages beyond its own.

    Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
    """

    path: Path | None = None
    location: S3Location | None = None

    @classmethod
    @checked
    def from_asset(cls, path: str | Path) -> AnalysisScript:
        """A file beside the app; it is uploaded with the deployment.

        Args:
            path: The file. It is read during synthesis: a syntax error or a missing handler fails there.
        """
        return cls(path=Path(path))

    @classmethod
    @checked
    def from_location(cls, location: S3Location) -> AnalysisScript:
        """A file that lies in S3 already.

        Args:
            location: The object. A change of its content under the same name is not noticed.
        """
        return cls(location=location)

    def bind(self, scope: Construct, id: str, *, handler: str) -> S3Location:
        """Upload the file if need be.

        Args:
            scope: Parent of the asset.
            id: Construct id of the asset.
            handler: Function that the file must define.

        Raises:
            ConfigurationError: The file does not exist, is no Python, or does not define the function.
        """
        if self.location is not None:
            return self.location
        path = self.path
        if path is None or not is_file(path):
            raise ConfigurationError(
                got=("the script ", Shown(str(path))), expected="an existing file", fix="check the path"
            )
        _require_function(path, handler)
        asset = s3_assets.Asset(scope, id, path=str(path.resolve()))
        return S3Location(asset.s3_bucket_name, asset.s3_object_key)


# With how many arguments the analyzer calls them: https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
_PARAMETERS = {
    "preprocess_handler": (1, "one parameter, the record; or two, one of them named logger"),
    "postprocess_handler": (0, "no parameters"),
}


def _require_function(path: Path, handler: str) -> None:
    try:
        module = ast.parse(path.read_bytes(), filename=str(path))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f" in line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else f": {error}"
        raise ConfigurationError(
            got=("the script ", Shown(str(path)), f" with a syntax error{line}"),
            expected="a Python file",
            fix="run it with python once",
        ) from error
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == handler]
    if not functions:
        raise ConfigurationError(
            got=("the script ", Shown(str(path)), f" without a function {handler}"),
            expected=f"'def {handler}(...)' at the top level",
            fix="the analyzer calls that function and no other",
        )
    number, expected = _PARAMETERS[handler]
    # The last of two definitions is the one that counts.
    if not _can_take(functions[-1].args, number):
        raise ConfigurationError(
            got=("the script ", Shown(str(path)), f" with {handler}({ast.unparse(functions[-1].args)})"),
            expected=expected,
            fix="the analyzer gives it nothing else; make other parameters constants of the script",
        )


def _can_take(parameters: ast.arguments, number: int) -> bool:
    """Return whether a function can be called with a number of arguments, and with a logger that it asks for."""
    names = [parameter.arg for parameter in (*parameters.posonlyargs, *parameters.args)]
    required = len(names) - len(parameters.defaults) - (number > 0 and "logger" in names[:2])
    is_enough = number <= len(names) or parameters.vararg is not None
    return required <= number and is_enough and None not in parameters.kw_defaults
