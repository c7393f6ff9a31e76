"""Principals of services, made once for all roles and policies that name them."""

from __future__ import annotations

from functools import cache

from aws_cdk import aws_iam as iam


@cache
def service_principal(service: str) -> iam.ServicePrincipal:
    """Return the principal of a service, without conditions.

    Args:
        service: Such as `lambda.amazonaws.com`.
    """
    return iam.ServicePrincipal(service)
