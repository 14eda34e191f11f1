"""What a client refuses by itself, in one sentence, before anything is connected; and TLS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest
import trustme
from conftest import Open
from servers import ScriptedServer, answer

from admiral import Admiral, AdmiralError, RetryPolicy, Tls


@pytest.mark.parametrize("key", ["", " ", "a b", "a\nb", "secret\n", "schlüssel", "\x7f"])
def test_keyThatIsNone_isRefusedWithoutBeingTold(connect: Open, key: str) -> None:
    with pytest.raises(ValueError, match=r"^The key is empty or holds spaces or other than visible ASCII") as caught:
        connect(key=key)
    assert not key.strip() or key not in str(caught.value)


@pytest.mark.parametrize("setting", ["agent", "group"])
@pytest.mark.parametrize("name", ["a b", "a\n", "ü", "x" * 129, "a,b"])
def test_nameThatIsNone_isRefused(connect: Open, setting: str, name: str) -> None:
    with pytest.raises(ValueError, match=f'^The {setting} "(.|\n)*" is no name: use at most 128 letters'):
        connect(**{setting: name})


@pytest.mark.parametrize(
    "address",
    ["", "http://127.0.0.1:50051", "127.0.0.1:0", "127.0.0.1:65536", "a b:1", "::1", "h:", ":1", "h:x", "[::1"],
)
def test_addressThatIsNone_isRefused(connect: Open, address: str) -> None:
    with pytest.raises(ValueError, match="is not host:port with a port of 1 to 65535"):
        connect(address)


@pytest.mark.parametrize(
    "address", ["admiral.example:50051", "10.0.0.1:1", "[::2]:1", "127.0.0.1.example:1", "0.0.0.0:1"]
)
def test_plaintextBeyondLoopback_isRefusedUnlessAllowed(connect: Open, address: str) -> None:
    with pytest.raises(ValueError, match=r"^Prompts and keys would travel unencrypted to .*: use tls=Tls\(\.\.\.\)"):
        connect(address)
    connect(address, plaintext_beyond_loopback=True)
    connect(address, tls=Tls())


@pytest.mark.parametrize("address", ["localhost:1", "127.1.2.3:1", "[::1]:1", " 127.0.0.1:50051 "])
def test_plaintextToLoopback_isTaken(connect: Open, address: str) -> None:
    connect(address)


@pytest.mark.parametrize("deadline", [0.0, -1.0, float("nan"), float("inf")])
def test_deadlineThatIsNone_isRefused(connect: Open, deadline: float) -> None:
    with pytest.raises(ValueError, match=r"^The deadline is .*: use more than zero seconds"):
        connect(deadline=deadline)


def test_deadlineOfACallThatIsNone_isRefused() -> None:
    with Admiral() as admiral, pytest.raises(ValueError, match=r"^The deadline is 0: use more than zero seconds"):
        admiral.health(deadline=0)


@pytest.mark.parametrize(
    "policy",
    [
        {"max_tries": 0},
        {"max_tries": 101},
        {"first_delay": 0.0},
        {"first_delay": float("nan")},
        {"first_delay": 3.0},
        {"max_rate_limit_wait": -1.0},
    ],
)
def test_policyOutOfRange_isRefused(policy: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=": use "):
        RetryPolicy(**policy)


def test_tlsFileThatCannotBeRead_isRefusedByName(connect: Open, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"trusted certificates, .*none\.pem, cannot be read \(No such file"):
        connect(tls=Tls(roots=tmp_path / "none.pem"))
    (tmp_path / "text.pem").write_text("hello")
    with pytest.raises(ValueError, match=r"text\.pem, cannot be read as PEM"):
        connect(tls=Tls(roots=tmp_path / "text.pem"))
    with pytest.raises(ValueError, match="give chain and key in Tls, or neither"):
        connect(tls=Tls(chain=tmp_path / "text.pem"))


def test_clientAsText_showsItsAddressAndNoKey() -> None:
    with Admiral(key="secret-1") as admiral:
        assert repr(admiral) == "Admiral(127.0.0.1:50051)"
        assert "secret-1" not in repr(admiral._link.settings)


# --- TLS -------------------------------------------------------------------------------------


class Authority:
    """An authority with a certificate for one name, as files and as a server's credentials."""

    def __init__(self, folder: Path, name: str) -> None:
        authority = trustme.CA()
        certificate = authority.issue_cert(name)
        self.roots = folder / "roots.pem"
        self.chain = folder / "chain.pem"
        self.key = folder / "key.pem"
        authority.cert_pem.write_to_path(str(self.roots))
        certificate.cert_chain_pems[0].write_to_path(str(self.chain))
        certificate.private_key_pem.write_to_path(str(self.key))

    def server(self, *, asking: bool = False) -> grpc.ServerCredentials:
        pair = (self.key.read_bytes(), self.chain.read_bytes())
        return grpc.ssl_server_credentials([pair], self.roots.read_bytes() if asking else None, asking)


def test_tls_trustsItsRoots_andTheNameThatIsGiven(connect: Open, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "admiral.example")
    with ScriptedServer(answer()).serving(credentials=authority.server()) as address:
        client = connect(address, tls=Tls(roots=authority.roots, server_name="admiral.example"))
        assert client.ask("fast", "Hello") == "Titan."


def test_tls_forAnotherName_isToldWithWhatToDo(connect: Open, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "other.example")
    serving = ScriptedServer(answer()).serving(credentials=authority.server())
    with serving as address, pytest.raises(AdmiralError) as caught:
        connect(address, tls=Tls(roots=authority.roots), retry=RetryPolicy(max_tries=1)).ask("fast", "Hello")
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
    assert str(caught.value) == (
        f"Admiral at {address} cannot be reached: its certificate is for another name; call it by a name that the"
        " certificate bears, or give that name as server_name in Tls."
    )


def test_tls_fromAnUnknownAuthority_isToldWithWhatToDo(connect: Open, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    authority, other = Authority(tmp_path, "127.0.0.1"), Authority(tmp_path / "other", "127.0.0.1")
    serving = ScriptedServer(answer()).serving(credentials=authority.server())
    with serving as address, pytest.raises(AdmiralError, match="is not from an authority that this client trusts"):
        connect(address, tls=Tls(roots=other.roots), retry=RetryPolicy(max_tries=1)).ask("fast", "Hello")


def test_tls_toAPortWithout_isTold(connect: Open) -> None:
    with (
        ScriptedServer(answer()).serving() as address,
        pytest.raises(AdmiralError, match="it does not speak TLS there"),
    ):
        connect(address, tls=Tls(), retry=RetryPolicy(max_tries=1)).ask("fast", "Hello")


def test_tls_ofTheClientItself_isShown(connect: Open, tmp_path: Path) -> None:
    authority = Authority(tmp_path, "127.0.0.1")
    with ScriptedServer(answer()).serving(credentials=authority.server(asking=True)) as address:
        own = Tls(roots=authority.roots, chain=authority.chain, key=authority.key)
        assert connect(address, tls=own).ask("fast", "Hello") == "Titan."
