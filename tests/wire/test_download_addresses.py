from __future__ import annotations

import pytest

from sophnet_jupyter.wire.files.addresses import Refused, objection, place

PRIVATE = {
    "loopback": "127.0.0.1",
    "another loopback": "127.8.9.1",
    "loopback 6": "::1",
    "unspecified": "0.0.0.0",
    "this network": "0.1.2.3",
    "unspecified 6": "::",
    "private 10": "10.1.2.3",
    "private 172": "172.31.255.255",
    "private 192": "192.168.0.1",
    "provider": "100.64.0.1",
    "metadata of Alibaba": "100.100.100.200",
    "metadata": "169.254.169.254",
    "metadata of Azure": "168.63.129.16",
    "metadata of Oracle": "192.0.0.192",
    "metadata 6": "fd00:ec2::254",
    "link": "169.254.1.1",
    "link 6": "fe80::1",
    "link 6 with a zone": "fe80::1%eth0",
    "global 6 with a zone": "2606:4700::1%eth0",
    "site 6": "fec0::1",
    "unique local": "fc00::1",
    "documentation": "192.0.2.1",
    "documentation 2": "198.51.100.7",
    "documentation 3": "203.0.113.7",
    "documentation 6": "2001:db8::1",
    "benchmarks": "198.18.0.1",
    "tunnel relay": "192.88.99.1",
    "multicast": "224.0.0.251",
    "multicast 6": "ff02::fb",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "mapped": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.0.0.1",
    "compatible": "::127.0.0.1",
    "6to4": "2002:7f00:1::",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "NAT64": "64:ff9b::7f00:1",
    "NAT64 metadata": "64:ff9b::a9fe:a9fe",
    "NAT64 local": "64:ff9b:1::8.8.8.8",
    "ISATAP": "2606:4700::5efe:10.0.0.1",
    "ISATAP global": "2606:4700::200:5efe:10.0.0.1",
    "discard": "100::1",
    "segment routing": "5f00::1",
    "nobody": "4000::1",
    "no address": "localhost",
    "octal": "0177.0.0.1",
    "empty": "",
}
PUBLIC = ["8.8.8.8", "1.1.1.1", "47.100.1.1", "2606:4700::1111", "64:ff9b::808:808"]
PUBLIC += ["::ffff:8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1"]


@pytest.mark.parametrize("address", PRIVATE.values(), ids=PRIVATE)
def test_a_private_address_belongs_to_somebody(address: str) -> None:
    assert objection(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_no_objection(address: str) -> None:
    assert objection(address) is None


BAD = {
    "no TLS, and inside": "http://127.0.0.1/a.png",
    "no TLS, and a port of mail": "http://example.com:25/a.png",
    "file": "file:///etc/passwd",
    "data": "data:image/png;base64,iVBORw0KGgo=",
    "ftp": "ftp://example.com/a.png",
    "no scheme": "//example.com/a.png",
    "a path": "/etc/passwd",
    "nothing": "",
    "no host": "https:///a.png",
    "only a port": "https://:443/a.png",
    "loopback": "https://127.0.0.1/a.png",
    "loopback 6": "https://[::1]/a.png",
    "mapped": "https://[::ffff:127.0.0.1]/a.png",
    "mapped in hex": "https://[::ffff:7f00:1]/a.png",
    "NAT64": "https://[64:ff9b::7f00:1]/",
    "zone": "https://[fe80::1%25eth0]/",
    "zone of a global one": "https://[2606:4700::1%25eth0]/",
    "future address": "https://[v1.fe80]/",
    "unspecified": "https://0.0.0.0/",
    "metadata": "https://169.254.169.254/latest/meta-data/",
    "metadata by name": "https://metadata.google.internal/",
    "decimal": "https://2130706433/",
    "octal": "https://0177.0.0.1/",
    "octal whole": "https://017700000001/",
    "hexadecimal": "https://0x7f000001/",
    "hexadecimal part": "https://0x7f.0.0.1/",
    "short": "https://127.1/",
    "zeros in front": "https://127.000.000.001/",
    "too large": "https://256.0.0.1/",
    "zero": "https://0/",
    "dot behind a number": "https://127.0.0.1./",
    "localhost": "https://localhost/",
    "localhost in capitals": "https://LOCALHOST/",
    "localhost and a dot": "https://localhost./",
    "below localhost": "https://a.localhost/",
    "two dots": "https://localhost../",
    "printer": "https://printer.local/",
    "intranet": "https://intranet/",
    "router": "https://router.lan/",
    "user": "https://user@example.com/",
    "user and password": "https://user:password@example.com/",
    "a host as user": "https://example.com@127.0.0.1/",
    "an empty user": "https://@127.0.0.1/",
    "backslash": "https://example.com\\@127.0.0.1/",
    "backslashes": "https:\\\\127.0.0.1\\",
    "blank": "https://example.com /",
    "line break": "https://example.com/\r\nHost: localhost",
    "tab": "https://exam\tple.com/",
    "NUL": "https://example.com\0.png/",
    "blank within": " https://example.com/ a",
    "circled digits": "https://①②⑦.⓪.⓪.①/",
    "wide digits": "https://１２７.０.０.１/",
    "ideographic dots": "https://127。0。0。1/",
    "circled letters": "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "soft hyphen": "https://local\u00adhost/",
    "percent": "https://%31%32%37.0.0.1/",
    "percent slash": "https://example.com%2f@127.0.0.1/",
    "empty label": "https://example..com/",
    "hyphen in front": "https://-example.com/",
    "very long": "https://example.com/" + "a" * 9000,
    "very long name": "https://" + "a." * 200 + "com/",
    "long label": "https://" + "é" * 300 + ".com/",
    "port 0": "https://example.com:0/",
    "port of mail": "https://example.com:25/",
    "port of shells": "https://example.com:22/",
    "port 80": "https://example.com:80/",
    "port too large": "https://example.com:65536/",
    "port in words": "https://example.com:https/",
    "wide port": "https://example.com:４４３/",
    "surrogate": "https://example.com/\ud800",
    "open bracket": "https://[::1/",
}


@pytest.mark.parametrize("url", BAD.values(), ids=BAD)
def test_such_an_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        place(url)


@pytest.mark.parametrize(
    ("url", "host", "authority", "target"),
    [
        ("https://example.com", "example.com", "example.com", "/"),
        ("HTTPS://Example.COM:443/A", "example.com", "example.com", "/A"),
        ("https://example.com.:8443/a?b#c", "example.com", "example.com:8443", "/a?b"),
        (
            "https://a_b.example.com/%2F%2e%2E/?x='%20+",
            "a_b.example.com",
            None,
            "/%2F%2e%2E/?x='%20+",
        ),
        ("https://例子.中国/图?名=1", "xn--fsqu00a.xn--fiqs8s", None, "/%E5%9B%BE?%E5%90%8D=1"),
        ("https://1.1.1.1/", "1.1.1.1", "1.1.1.1", "/"),
        ("https://[2606:4700:0::1111]:4443/", "2606:4700::1111", "[2606:4700::1111]:4443", "/"),
    ],
)
def test_a_good_address_is_kept_to_the_letter(
    url: str, host: str, authority: str | None, target: str
) -> None:
    found = place(url)
    assert (found.host, found.authority, found.target) == (host, authority or host, target)
    assert not found.trusted


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://example.com/a.png?Signature=x", "example.com"),
        ("HTTP://example.com:80/a.png?Signature=x", "example.com"),
        ("http://example.com:9000/a.png?Signature=x", "example.com:9000"),
        (" http://example.com/a.png?Signature=x\r\n", "example.com"),
        ("\thttps://example.com/a.png?Signature=x\n", "example.com"),
        ("https://example.com/a.png?Signature=x", "example.com"),
    ],
)
def test_an_address_without_tls_or_with_blanks_around_it_is_asked_by_https(
    url: str, authority: str
) -> None:
    found = place(url)
    assert (found.scheme, found.authority) == ("https", authority)
    assert found.target == "/a.png?Signature=x"
    assert not found.trusted


TRUSTED = ["http://127.0.0.1:8123", "https://intranet/api"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8123/a.png", "https://INTRANET:443/b", "https://intranet./b"]
)
def test_a_configured_origin_may_be_private(url: str) -> None:
    assert place(url, TRUSTED).trusted


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:8123/",
        "http://127.0.0.1:8124/",
        "http://127.0.0.1/",
        "http://127.0.0.2:8123/",
        "http://localhost:8123/",
        "http://[::1]:8123/",
        "http://user@127.0.0.1:8123/",
        "http://intranet/",
        "https://intranet:8443/",
        "https://a.intranet/",
    ],
)
def test_what_only_resembles_a_configured_origin_may_not(url: str) -> None:
    with pytest.raises(Refused):
        place(url, TRUSTED)
