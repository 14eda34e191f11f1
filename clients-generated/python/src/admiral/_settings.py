"""What a client is told when it is made: checked at once, in one sentence each; nothing is connected here."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

import grpc

from ._retry import RetryPolicy

_DEFAULT_PORT = 50051
_MAX_MESSAGE_BYTES = 64 << 20

_NAME = re.compile(r"[A-Za-z0-9._:/@-]{0,128}")
_KEY = re.compile(r"[!-~]+")
_ADDRESS = re.compile(r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+(%[\w.-]+)?\])(:(?P<port>[0-9]{1,5}))?", re.ASCII)
_LOOPBACK = re.compile(r"localhost|\[(::1|0:0:0:0:0:0:0:1)\]|127\.\d{1,3}\.\d{1,3}\.\d{1,3}", re.ASCII)

_OPTIONS: tuple[tuple[str, str | int], ...] = (
    ("grpc.primary_user_agent", "admiral-client-python"),
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.max_send_message_length", -1),
    # Tries are counted here, over all of a call; gRPC's own would multiply them.
    ("grpc.enable_retries", 0),
    # Each client has a connection of its own, so that what one does to it is not felt by another.
    ("grpc.use_local_subchannel_pool", 1),
    # An address is called itself: proxies of the environment are for the web, and would see keys and prompts.
    ("grpc.enable_http_proxy", 0),
    # A server that is back is found within the tries of one call.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
    # A silent connection with calls on it is probed each minute, so that one that is dead on the other side ends.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.max_pings_without_data", 0),
    # Details of errors fill up to 8 KiB, and base64 makes them longer.
    ("grpc.max_metadata_size", 32 << 10),
    ("grpc.absolute_max_metadata_size", 64 << 10),
)


@dataclass(frozen=True)
class Tls:
    """How a connection is encrypted and who is trusted; PEM files, read when a client is made."""

    #: File of the authorities that are trusted, and no others; None trusts those that gRPC comes with.
    roots: str | os.PathLike[str] | None = None
    #: File of the certificate by which this client proves who it is, then those that vouch for it.
    chain: str | os.PathLike[str] | None = None
    #: File of that certificate's private key, without a password.
    key: str | os.PathLike[str] | None = None
    #: Name that the server's certificate must bear, if not that of the address.
    server_name: str | None = None


@dataclass(frozen=True)
class Settings:
    """The checked settings of one client. Its text names the address only: a key is not printed anywhere."""

    address: str
    metadata: tuple[tuple[str, str], ...]
    agent: str
    group: str
    deadline: float
    retry: RetryPolicy
    credentials: grpc.ChannelCredentials | None
    options: tuple[tuple[str, str | int], ...]

    def __repr__(self) -> str:
        return f"Settings({self.address})"


def settings(
    address: str,
    key: str | None,
    agent: str | None,
    group: str | None,
    deadline: float,
    retry: RetryPolicy,
    tls: Tls | None,
    plaintext_beyond_loopback: bool,
) -> Settings:
    """Checks what a client was told; raises ValueError with a sentence that says what to do."""
    host, port = _parsed(address)
    metadata = []
    if key is not None:
        if not _KEY.fullmatch(key):
            raise ValueError(
                "The key is empty or holds spaces or other than visible ASCII characters: check how it was read."
            )
        metadata.append(("authorization", "Bearer " + key))
    if agent:
        metadata.append(("admiral-agent", _name("agent", agent)))
    if tls is None and not plaintext_beyond_loopback and not _LOOPBACK.fullmatch(host):
        raise ValueError(
            f"Prompts and keys would travel unencrypted to {host}:{port}: use tls=Tls(...), or"
            " plaintext_beyond_loopback=True if the network protects them."
        )
    options = _OPTIONS
    if tls is not None and tls.server_name:
        options += (("grpc.ssl_target_name_override", tls.server_name), ("grpc.default_authority", tls.server_name))
    return Settings(
        address=f"{host}:{port}",
        metadata=tuple(metadata),
        agent=agent or "",
        group=_name("group", group or ""),
        deadline=checked_deadline(deadline),
        retry=retry,
        credentials=None if tls is None else _credentials(tls),
        options=options,
    )


def checked_deadline(seconds: float) -> float:
    """Returns a deadline that is one; raises ValueError else."""
    if not (math.isfinite(seconds) and seconds > 0):
        raise ValueError(f"The deadline is {seconds}: use more than zero seconds.")
    return float(seconds)


def _parsed(address: str) -> tuple[str, int]:
    match = _ADDRESS.fullmatch(address.strip())
    port = int(match["port"] or _DEFAULT_PORT) if match else 0
    if match is None or not 1 <= port <= 65_535:
        raise ValueError(
            f'Address "{address}" is not host:port with a port of 1 to 65535: use for example 127.0.0.1:50051.'
        )
    return match["host"], port


def _name(what: str, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f'The {what} "{name}" is no name: use at most 128 letters, digits and "._:/@-".')
    return name


def _credentials(tls: Tls) -> grpc.ChannelCredentials:
    if (tls.chain is None) != (tls.key is None):
        raise ValueError("Of a client's certificate both parts are needed: give chain and key in Tls, or neither.")
    return grpc.ssl_channel_credentials(
        root_certificates=_pem("trusted certificates", tls.roots, b"CERTIFICATE"),
        private_key=_pem("client key", tls.key, b"PRIVATE KEY"),
        certificate_chain=_pem("client certificate", tls.chain, b"CERTIFICATE"),
    )


def _pem(what: str, file: str | os.PathLike[str] | None, label: bytes) -> bytes | None:
    if file is None:
        return None
    path = Path(file)
    try:
        content = path.read_bytes()
    except OSError as failure:
        reason = failure.strerror or "it cannot be opened"
        raise ValueError(
            f"The file of the {what}, {path}, cannot be read ({reason}): check its path and rights."
        ) from None
    if not re.search(rb"-----BEGIN [A-Z ]*" + label + rb"-----", content):
        raise ValueError(f"The file of the {what}, {path}, cannot be read as PEM: check that it is the right one.")
    return content
