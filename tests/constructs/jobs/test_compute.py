from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from aws_cdk import CfnParameter, Duration, Size, Stack, aws_ec2 as ec2, aws_kms as kms

from model_monitor import MonitorCompute, MonitorNetwork

Refused = Callable[..., AbstractContextManager[None]]


def test_refuses_an_instance_type_of_ec2_and_offers_the_right_one(refused: Refused) -> None:
    with refused("instance_type='m5.large'", "write 'ml.m5.large'"):
        MonitorCompute(instance_type="m5.large")


@pytest.mark.parametrize("count", [0, 101])
def test_refuses_a_number_of_instances_out_of_range(count: int, refused: Refused) -> None:
    with refused(f"instance_count={count}", "1 to 100"):
        MonitorCompute(instance_count=count)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (Size.gibibytes(0), "0 GiB"),
        (Size.gibibytes(16385), "16385 GiB"),
        (Size.mebibytes(1536), "1.5 GiB"),
    ],
)
def test_refuses_a_volume_out_of_range_or_in_parts_of_gibibytes(size: Size, text: str, refused: Refused) -> None:
    with refused(f"volume_size of {text}", "1 to 16384 whole GiB"):
        MonitorCompute(volume_size=size)


@pytest.mark.parametrize("runtime", [Duration.seconds(0), Duration.seconds(86401), Duration.millis(1500)])
def test_refuses_a_runtime_out_of_range_or_in_parts_of_seconds(runtime: Duration, refused: Refused) -> None:
    with refused("max_runtime of", "1 to 86400 whole seconds"):
        MonitorCompute(max_runtime=runtime)


def test_accepts_the_limits_themselves() -> None:
    compute = MonitorCompute(instance_count=100, volume_size=Size.gibibytes(16384), max_runtime=Duration.seconds(86400))
    assert compute.max_runtime_seconds == 86400


def test_defers_checks_of_tokens(stack: Stack) -> None:
    def number(name: str) -> float:
        return CfnParameter(stack, name, type="Number").value_as_number

    compute = MonitorCompute(
        instance_type=CfnParameter(stack, "Type").value_as_string,
        instance_count=int(number("Count")),
        volume_size=Size.gibibytes(number("Size")),
        max_runtime=Duration.seconds(number("Seconds")),
    )
    assert compute.max_runtime_seconds is None


@pytest.mark.parametrize("instance_type", ["ml.m5d.xlarge", "ml.r5dn.4xlarge", "ml.g4dn.xlarge", "ml.g5.2xlarge"])
def test_types_with_local_disks_get_no_key_since_the_service_refuses_one(
    instance_type: str, stack: Stack, refused: Refused
) -> None:
    key = kms.Key(stack, "Key")
    assert MonitorCompute(instance_type=instance_type).disk_key(key) is None
    with refused(f"volume_key with {instance_type}", "leave volume_key out"):
        MonitorCompute(instance_type=instance_type, volume_key=key)


def test_other_types_get_the_key_of_the_monitoring_unless_they_have_their_own(stack: Stack) -> None:
    key, own = kms.Key(stack, "Key"), kms.Key(stack, "Own")
    assert MonitorCompute(instance_type="ml.m5.xlarge").disk_key(key) is key
    assert MonitorCompute(instance_type="ml.m5.xlarge", volume_key=own).disk_key(key) is own
    assert MonitorCompute().disk_key(None) is None


def test_refuses_parts_of_a_vpc_without_the_vpc(stack: Stack, refused: Refused) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    with refused("without vpc", "vpc=..."):
        MonitorNetwork(security_groups=[group])
    with refused("without vpc", "vpc=..."):
        MonitorNetwork(subnets=ec2.SubnetSelection(one_per_az=True))


def test_refuses_more_security_groups_than_the_service_takes(stack: Stack, refused: Refused) -> None:
    vpc = ec2.Vpc.from_vpc_attributes(stack, "Vpc", vpc_id="vpc-1", availability_zones=["eu-west-1a"])
    groups = [ec2.SecurityGroup.from_security_group_id(stack, f"G{n}", f"sg-{n}") for n in range(6)]
    with refused("6 security groups", "at most 5"):
        MonitorNetwork(vpc=vpc, security_groups=groups)


def _vpc(stack: Stack, *, private: int = 0, isolated: int = 0) -> ec2.IVpc:
    zones = [f"eu-west-1{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
    count = max(private, isolated, 1)
    return ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=zones[:count],
        private_subnet_ids=[f"subnet-p{n}" for n in range(private)] or None,
        isolated_subnet_ids=[f"subnet-i{n}" for n in range(isolated)] or None,
    )


def test_takes_the_private_subnets(stack: Stack) -> None:
    network = MonitorNetwork(vpc=_vpc(stack, private=2, isolated=2))
    assert network.subnet_ids == ["subnet-p0", "subnet-p1"]


def test_takes_isolated_subnets_when_there_are_no_others(stack: Stack) -> None:
    assert MonitorNetwork(vpc=_vpc(stack, isolated=2)).subnet_ids == ["subnet-i0", "subnet-i1"]


def test_takes_the_chosen_subnets(stack: Stack) -> None:
    vpc = _vpc(stack, private=2, isolated=2)
    network = MonitorNetwork(
        vpc=vpc,
        subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, availability_zones=["eu-west-1b"]),
    )
    assert network.subnet_ids == ["subnet-i1"]


def test_refuses_a_vpc_without_usable_subnets(stack: Stack, refused: Refused) -> None:
    with refused("without private and isolated subnets", "subnets=ec2.SubnetSelection(...)"):
        _ = MonitorNetwork(vpc=_vpc(stack)).subnet_ids


def test_refuses_more_subnets_than_the_service_takes(stack: Stack, refused: Refused) -> None:
    with refused("17 subnets", "at most 16"):
        _ = MonitorNetwork(vpc=_vpc(stack, private=17)).subnet_ids


def test_there_are_no_subnets_without_a_vpc() -> None:
    assert MonitorNetwork().subnet_ids == []
