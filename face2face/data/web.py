"""Download from the web: from public addresses only, and within a time limit."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import select_proxy
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

#: Number of bytes read at once. The limits are checked after each read.
_CHUNK_BYTES = 1 << 16
#: Time between two looks at the limit while a name is resolved, in seconds.
_POLL_SECONDS = 0.1
#: Networks whose last 32 bits are an IPv4 address: NAT64, RFC 6052.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Socket = socket.socket


class PrivateAddressError(Exception):
    """A server's address is that of this machine, or of a private network."""


class TooLargeError(Exception):
    """A file has more bytes than the limit."""


class Downloads:
    """Downloads that run in several threads and can be stopped together."""

    def __init__(self) -> None:
        self._running: set[_Connections] = set()
        self._lock = threading.Lock()
        self._is_stopped = False

    def get(self, url: str, seconds: float, max_bytes: int) -> bytes:
        """Return a file. Redirects are followed within http and https, to public addresses.

        Args:
            url: An address of http or https.
            seconds: Limit for everything: the server's name, its answer, its redirects, the file.
            max_bytes: Largest size of the file.

        Raises:
            PrivateAddressError: The server, or one that it redirects to, has no public address.
            TimeoutError: The file does not arrive in time, or the downloads are stopped.
            TooLargeError: The file is larger than the limit.
            requests.RequestException: The server does not answer with the file.
        """
        with self._connections(seconds) as connections, requests.Session() as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, _Adapter(connections))
            try:
                data = _read(session, url, seconds, max_bytes)
            except requests.Timeout as error:
                raise TimeoutError(url) from error
            except requests.RequestException:
                connections.seconds_left()
                raise
            except (HTTPError, HTTPException, OSError) as error:
                connections.seconds_left()
                raise requests.ConnectionError(str(error)) from error
            # A file of unknown length ends where its connection is cut.
            connections.seconds_left()
            return data

    def stop(self) -> None:
        """End all running downloads at once, and all that begin later."""
        with self._lock:
            self._is_stopped = True
            for connections in self._running:
                connections.cut()

    @contextmanager
    def _connections(self, seconds: float) -> Iterator[_Connections]:
        connections = _Connections(seconds)
        timer = threading.Timer(seconds, connections.cut)
        timer.daemon = True
        timer.start()
        with self._lock:
            self._running.add(connections)
            if self._is_stopped:
                connections.cut()
        try:
            yield connections
        finally:
            timer.cancel()
            with self._lock:
                self._running.discard(connections)
            connections.close()


class _Connections:
    """The connections of one download, which are cut when its time is over.

    A time limit of the socket's own would begin anew with each byte.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._sockets: list[Socket] = []
        self._lock = threading.Lock()
        self._is_cut = False

    def seconds_left(self) -> float:
        """Return the time that is left; raise TimeoutError where none is."""
        left = self._end - time.monotonic()
        if left <= 0 or self._is_cut:
            raise TimeoutError("The time is over.")
        return left

    def open(self, host: str, port: int, check: Callable[[str], None]) -> Socket:
        """Return a connection to a server.

        Args:
            host: Its name or address.
            port: Its port.
            check: Function that raises for an address that must not be used.

        Raises:
            OSError: There is none. TimeoutError where the time is over.
        """
        found = self.resolve(host, port, check)
        problem = OSError(f"{host} has no address.")
        for family, kind, protocol, _, address in found:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(self.seconds_left())
                connection.connect(address)
            except OSError as error:
                connection.close()
                problem = error
            else:
                self._watch(connection)
                return connection
        raise problem

    def cut(self) -> None:
        """End the connections: a thread that reads from one gets an end of file."""
        with self._lock:
            self._is_cut = True
            for each in self._sockets:
                with suppress(OSError):  # the server has closed it
                    each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Release the connections."""
        with self._lock:
            for each in self._sockets:
                each.close()
            self._sockets.clear()

    def _watch(self, connection: Socket) -> None:
        # A copy, since TLS takes the original one over. Both are the same connection.
        with self._lock:
            self._sockets.append(connection.dup())
        if self._is_cut:
            self.cut()

    def resolve(self, host: str, port: int, check: Callable[[str], None]) -> list[tuple[Any, ...]]:
        """Return a server's addresses, in the form of ``socket.getaddrinfo``; see :meth:`open`."""
        answer: list[Any] = []

        def resolve() -> None:
            try:
                answer.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                answer.append(error)

        thread = threading.Thread(target=resolve, daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(min(_POLL_SECONDS, self.seconds_left()))
        if isinstance(answer[0], Exception):
            raise OSError(str(answer[0])) from answer[0]
        for *_, address in answer[0]:
            check(str(address[0]))
        return list(answer[0])


class _Adapter(HTTPAdapter):
    """Opens connections within a download's time, to public addresses or to the user's proxy."""

    def __init__(self, connections: _Connections) -> None:
        self._connections = connections
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = _pools(connections, check_public)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Return the connections to a proxy, whose own address may be private."""
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _pools(self._connections, lambda address: None)
        return manager

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send a request. Behind a proxy the server's address is checked if it is known here."""
        url = request.url or ""
        if select_proxy(url, proxies):
            with suppress(OSError):
                self._connections.resolve(urlsplit(url).hostname or "", 0, check_public)
        return super().send(request, stream, timeout, verify, cert, proxies)


def _pools(connections: _Connections, check: Callable[[str], None]) -> dict[str, Any]:
    """Return the classes of connections of http and of https."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> Socket:
            return connections.open(self._dns_host, self.port, check)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> Socket:
            return connections.open(self._dns_host, self.port, check)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _read(session: requests.Session, url: str, seconds: float, max_bytes: int) -> bytes:
    # Packed data could be a thousand times larger than its download.
    headers = {"Accept-Encoding": "identity"}
    data = bytearray()
    with session.get(url, headers=headers, timeout=seconds, stream=True) as answer:
        answer.raise_for_status()
        for chunk in answer.raw.stream(_CHUNK_BYTES, decode_content=False):
            data += chunk
            if len(data) > max_bytes:
                raise TooLargeError(url)
    return bytes(data)


def check_public(address: str) -> None:
    """Check that an IP address is public.

    Raises:
        PrivateAddressError: It is that of this machine, or of a private network.

    >>> check_public("8.8.8.8")
    >>> check_public("127.0.0.1")
    Traceback (most recent call last):
    face2face.data.web.PrivateAddressError: 127.0.0.1 is not a public address
    """
    outer = ipaddress.ip_address(address.partition("%")[0])
    addresses: list[Any] = [outer]
    if isinstance(outer, ipaddress.IPv6Address):
        # IPv6 addresses by which an IPv4 address is reached.
        if outer in _NAT64:
            addresses.append(ipaddress.IPv4Address(int(outer) & 0xFFFFFFFF))
        addresses += [outer.sixtofour, *(outer.teredo or ())]
        addresses = [outer.ipv4_mapped] if outer.ipv4_mapped else addresses
    if not all(each.is_global and not each.is_multicast for each in addresses if each):
        raise PrivateAddressError(f"{address} is not a public address")
