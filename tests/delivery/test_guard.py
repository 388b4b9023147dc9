"""Which addresses webhooks may reach, one by one."""

from ipaddress import ip_address

import pytest

from routehub.delivery.guard import refusal


@pytest.mark.parametrize("text", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_may_be_reached(text: str):
    assert refusal(ip_address(text), private=False) is None


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0", "255.255.255.255", "240.0.0.1",
        "169.254.169.254", "100.100.100.200", "192.0.0.192", "224.0.0.1", "239.1.1.1", "192.88.99.1", "198.18.0.1",
        "203.0.113.7", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:93.184.215.14", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b:1::a00:1",
        "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_private_carried_and_special_addresses_may_not(text: str):
    assert refusal(ip_address(text), private=False) is not None


@pytest.mark.parametrize("text", ["127.0.0.1", "10.0.0.1", "::1", "fc00::1"])
def test_an_exercise_may_call_private_addresses(text: str):
    assert refusal(ip_address(text), private=True) is None


@pytest.mark.parametrize("text", ["169.254.169.254", "fe80::1", "224.0.0.1", "fd00:ec2::254", "64:ff9b::7f00:1"])
def test_but_never_the_machine_s_own_network_or_many_at_once(text: str):
    assert refusal(ip_address(text), private=True) is not None
