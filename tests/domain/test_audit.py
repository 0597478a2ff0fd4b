from __future__ import annotations

import pytest

from paperlark.domain.audit import truncated_address


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("", ""),
        ("testclient", ""),
        ("192.0.2.77, 10.0.0.1", ""),
    ],
)
def test_of_an_address_the_network_is_kept_and_no_person(address: str, network: str) -> None:
    assert truncated_address(address) == network
