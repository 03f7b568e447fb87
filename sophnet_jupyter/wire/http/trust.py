"""Whose certificates are trusted."""

from __future__ import annotations

import re
import ssl
import sys
from functools import cache
from pathlib import Path

from ...errors import SettingsError
from ...language import tr

# Where systems keep them, when OpenSSL was built with other places in mind.
_FILES = (
    "/etc/ssl/cert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/ca-bundle.pem",
)
_HASHED = re.compile(r"[0-9a-fA-F]{8}\.\d")


@cache
def tls_context(ca_bundle: str) -> ssl.SSLContext:
    """
    Certificates to trust: the system's, or those of a file or a folder. Made once: it costs 20 ms.

    Raises `SettingsError` when the file is not one of certificates.
    """
    if not ca_bundle:
        return _system()
    try:
        if Path(ca_bundle).is_dir():
            return ssl.create_default_context(capath=ca_bundle)
        return ssl.create_default_context(cafile=ca_bundle)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(
            tr(
                "{ca_bundle} cannot be read as certificates ({reason}): SOPHNET_CA_BUNDLE, or "
                "SSL_CERT_FILE, must name a file of them (PEM).",
                ca_bundle=ca_bundle,
                reason=str(error) or type(error).__name__,
            )
        ) from None


@cache
def no_trust() -> ssl.SSLContext:
    """A context that trusts nobody, for addresses without TLS."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _system() -> ssl.SSLContext:
    """
    What the system trusts, whatever the environment names: that is read by ``settings`` alone.

    The same as httpx2's default, which cannot be had without importing all that carries its
    requests.
    """
    if sys.platform in ("win32", "darwin"):
        # They judge certificates themselves.
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    built = ssl.get_default_verify_paths()
    file = built.openssl_cafile if Path(built.openssl_cafile).is_file() else None
    folder = built.openssl_capath if Path(built.openssl_capath).is_dir() else None
    if (
        folder
        and not file
        and not any(_HASHED.fullmatch(one.name) for one in Path(folder).iterdir())
    ):
        folder = None
    if not file and not folder:
        file = next((each for each in _FILES if Path(each).is_file()), None)
    if file or folder:
        context.load_verify_locations(file, folder)
    return context
