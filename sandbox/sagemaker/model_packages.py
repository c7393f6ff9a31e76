"""The model registry: groups of model packages, and packages with the baselines that their monitors compare with.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry.html
"""

from typing import Any

from sandbox.sagemaker import state
from sandbox.sagemaker.api import Request, operation
from sandbox.sagemaker.errors import refuse
from sandbox.sagemaker.kinds import MODEL_PACKAGE, MODEL_PACKAGE_GROUP
from sandbox.sagemaker.listing import page
from sandbox.sagemaker.reading import serve_list
from sandbox.sagemaker.state import Document
from sandbox.sagemaker.validation import render

_UPDATABLE = ("ModelApprovalStatus", "ApprovalDescription", "InferenceSpecification", "SourceUri", "ModelCard")

serve_list(MODEL_PACKAGE_GROUP)


@operation("CreateModelPackageGroup")
def create_model_package_group(request: Request) -> dict[str, Any]:
    """Keep a group; it is ready at once."""
    group = state.add(MODEL_PACKAGE_GROUP, request.body, ModelPackageGroupStatus="Completed", CreatedBy={})
    return {"ModelPackageGroupArn": group["ModelPackageGroupArn"]}


@operation("DescribeModelPackageGroup")
def describe_model_package_group(request: Request) -> dict[str, Any]:
    """The group as it was created."""
    return render("DescribeModelPackageGroup", _group(request.body["ModelPackageGroupName"]))


@operation("DeleteModelPackageGroup")
def delete_model_package_group(request: Request) -> dict[str, Any]:
    """Forget a group without packages."""
    with state.LOCK:
        group = _group(request.body["ModelPackageGroupName"])
        if _versions(group["ModelPackageGroupName"]):
            raise refuse(f"Model package group {group['ModelPackageGroupArn']} cannot be deleted: it has packages.")
        state.remove(MODEL_PACKAGE_GROUP, group["ModelPackageGroupName"])
    return {}


@operation("CreateModelPackage")
def create_model_package(request: Request) -> dict[str, Any]:
    """Keep a package: one with a name of its own, or the next version of a group."""
    body = request.body
    if ("ModelPackageName" in body) == ("ModelPackageGroupName" in body):
        raise refuse("Exactly one of ModelPackageName and ModelPackageGroupName must be specified")
    with state.LOCK:
        members: Document = {"ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []}}
        if "ModelPackageGroupName" in body:
            group = _group(body["ModelPackageGroupName"])["ModelPackageGroupName"]
            version = max((package["ModelPackageVersion"] for package in _versions(group)), default=0) + 1
            members |= {
                "ModelPackageGroupName": group,
                "ModelPackageVersion": version,
                "ModelApprovalStatus": body.get("ModelApprovalStatus", "PendingManualApproval"),
            }
            body = {**body, "ModelPackageName": f"{group}/{version}"}
        package = state.add(MODEL_PACKAGE, body, **members)
    return {"ModelPackageArn": package["ModelPackageArn"]}


@operation("DescribeModelPackage")
def describe_model_package(request: Request) -> dict[str, Any]:
    """The package, found by its ARN or by the name of its own."""
    return render("DescribeModelPackage", _shown(_package(request.body["ModelPackageName"])))


@operation("UpdateModelPackage")
def update_model_package(request: Request) -> dict[str, Any]:
    """Approve or reject a version, or change what can change of it."""
    package = _package(request.body["ModelPackageArn"])
    state.touch(package, **{name: request.body[name] for name in _UPDATABLE if name in request.body})
    return {"ModelPackageArn": package["ModelPackageArn"]}


@operation("DeleteModelPackage")
def delete_model_package(request: Request) -> dict[str, Any]:
    """Forget a package; the numbers of other versions stay."""
    with state.LOCK:
        state.remove(MODEL_PACKAGE, _package(request.body["ModelPackageName"])["ModelPackageName"])
    return {}


@operation("ListModelPackages")
def list_model_packages(request: Request) -> dict[str, Any]:
    """Summaries of packages: of a group's versions, else of those with names of their own."""
    group = request.body.get("ModelPackageGroupName")
    found = _versions(_group(group)["ModelPackageGroupName"]) if group else _unversioned()
    # The group may be named by its ARN; versions have no names of their own.
    filters = {name: value for name, value in request.body.items() if name != "ModelPackageGroupName"}
    return page("ListModelPackages", map(_shown, found), filters, name="ModelPackageArn")


def _group(name: str) -> Document:
    """A group by its name or ARN."""
    return state.get(MODEL_PACKAGE_GROUP, name.rsplit("/", 1)[-1])


def _package(name: str) -> Document:
    """A package by its ARN, or by a name of its own."""
    found = state.find_arn(name) if name.startswith("arn:") else None
    if found is not None and found[0] is MODEL_PACKAGE:
        return found[1]
    return state.get(MODEL_PACKAGE, name)


def _versions(group: str) -> list[Document]:
    return [package for package in state.every(MODEL_PACKAGE) if package.get("ModelPackageGroupName") == group]


def _unversioned() -> list[Document]:
    return [package for package in state.every(MODEL_PACKAGE) if "ModelPackageGroupName" not in package]


def _shown(package: Document) -> Document:
    """A version has no name of its own: real replies name its group and number only."""
    if "ModelPackageVersion" not in package:
        return package
    return {name: value for name, value in package.items() if name != "ModelPackageName"}
