"""Who may answer as Meta: servers whose certificate an authority of this machine has signed, for their own name."""

import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from http.server import ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from whatsapp_channel.cloud_api import client as client_module
from whatsapp_channel.cloud_api import transport
from whatsapp_channel.cloud_api.client import CloudAPI
from whatsapp_channel.cloud_api.errors import NotSent
from whatsapp_channel.sandbox.webhooks import signed_json

from .fakes import SENT, TOKEN, send
from .test_cloud_connections import _Meta


@pytest.fixture(params=[transport, signed_json], ids=["app", "sandbox"])
def of_a_new_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
	"""The module that makes contexts, as in a process that has made none."""
	for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
		monkeypatch.delenv(variable, raising=False)
	monkeypatch.setattr(client_module, "_clients", {})
	request.param.tls_context.cache_clear()
	yield request.param
	request.param.tls_context.cache_clear()


def test_checks_what_httpx_checks_by_default(of_a_new_process: Any) -> None:
	ours, default = of_a_new_process.tls_context(), httpx.create_ssl_context()
	assert (ours.verify_mode, ours.check_hostname) == (ssl.CERT_REQUIRED, True)
	for fact in ("verify_flags", "options", "minimum_version"):
		assert getattr(ours, fact) == getattr(default, fact)
	assert ours.cert_store_stats() == default.cert_store_stats()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
	"""Counts how often the authorities are read."""
	times: list[int] = []
	original = ssl.create_default_context

	def counted(*args: Any, **options: Any) -> ssl.SSLContext:
		times.append(1)
		return original(*args, **options)

	monkeypatch.setattr(ssl, "create_default_context", counted)
	return times


@pytest.mark.parametrize("of_a_new_process", [transport], indirect=True, ids=["app"])
def test_authorities_are_read_once_for_all_clients(of_a_new_process: Any, read: list[int]) -> None:
	for index in range(5):
		CloudAPI(TOKEN, base_url=f"https://meta-{index}.example")
	assert read == [1]


@pytest.fixture
def secure_meta(tmp_path: Path) -> Iterator[Callable[[str], tuple[str, Path]]]:
	"""Starts a server that speaks TLS with a certificate for a name; returns its address and the certificate's file."""
	servers: list[ThreadingHTTPServer] = []

	def start(name: str) -> tuple[str, Path]:
		both = certificate(name, tmp_path / "meta.pem")
		context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		context.load_cert_chain(both)
		server = ThreadingHTTPServer(("127.0.0.1", 0), _Meta)
		server.peers = set()
		server.daemon_threads = True
		server.handle_error = lambda *_refused: None
		server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
		threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
		servers.append(server)
		return f"https://127.0.0.1:{server.server_port}", both

	yield start
	for server in servers:
		server.shutdown()
		server.server_close()


def certificate(name: str, file: Path) -> Path:
	"""A key and a certificate for an address, signed by itself, in one file."""
	key = ec.generate_private_key(ec.SECP256R1())
	subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Meta of a test")])
	now = datetime.now(timezone.utc)
	signed = (
		x509.CertificateBuilder()
		.subject_name(subject)
		.issuer_name(subject)
		.public_key(key.public_key())
		.serial_number(x509.random_serial_number())
		.not_valid_before(now - timedelta(days=1))
		.not_valid_after(now + timedelta(days=1))
		.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
		.sign(key, hashes.SHA256())
	)
	secret = key.private_bytes(
		serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
	)
	file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
	return file


@pytest.mark.parametrize("of_a_new_process", [transport], indirect=True, ids=["app"])
@pytest.mark.parametrize(
	("name", "trusted", "refused"),
	[("127.0.0.1", True, None), ("127.0.0.1", False, "self-signed"), ("127.0.0.2", True, "127.0.0.1")],
	ids=["known", "unknown authority", "another name"],
)
def test_who_is_believed(
	of_a_new_process: Any,
	secure_meta: Callable[[str], tuple[str, Path]],
	monkeypatch: pytest.MonkeyPatch,
	name: str,
	trusted: bool,
	refused: str | None,
) -> None:
	address, file = secure_meta(name)
	if trusted:
		monkeypatch.setenv("SSL_CERT_FILE", str(file))
	if refused is None:
		assert send(CloudAPI(TOKEN, base_url=address)).wamid == SENT["messages"][0]["id"]
		return
	with pytest.raises(NotSent) as caught:
		send(CloudAPI(TOKEN, base_url=address))
	assert "CERTIFICATE_VERIFY_FAILED" in caught.value.details
	assert refused in caught.value.details


@pytest.mark.parametrize("of_a_new_process", [transport], indirect=True, ids=["app"])
def test_threads_share_it(
	of_a_new_process: Any, secure_meta: Callable[[str], tuple[str, Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
	address, file = secure_meta("127.0.0.1")
	monkeypatch.setenv("SSL_CERT_FILE", str(file))
	# Another address is another client, with connections of its own.
	clients = [CloudAPI(TOKEN, base_url=f"{address}/{index}") for index in range(8)]
	with ThreadPoolExecutor(8) as pool:
		assert len({message.wamid for message in pool.map(send, clients)}) == 1
