"""A home whose browser trusts one certificate authority more, as a person makes a telephone trust it.

Chromium on Linux keeps such authorities in the database of NSS, whose library it brings along; the usual tool for it
(certutil) is in a package of its own. NSS may be opened once in a process, so this runs in one of its own:
`python -m tests.services.trust DATABASE CERTIFICATE`.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

_VALID_CA, _TRUSTED_CA = 1 << 3, 1 << 4


class _Trust(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint) for name in ("ssl", "email", "objects")]


def trusting_home(home: Path, certificate: bytes) -> Path:
    """`home`, where Chromium finds the authority of this PEM certificate among those that it trusts."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    path = home / "authority.crt"
    path.write_bytes(certificate)
    subprocess.run([sys.executable, "-m", __name__, str(database), str(path)], check=True, timeout=60)
    return home


def _add(database: str, certificate: bytes) -> None:
    nss, decode = ctypes.CDLL("libnss3.so"), ctypes.CDLL("libsmime3.so").CERT_DecodeCertFromPackage
    for gives in (decode, nss.PK11_GetInternalKeySlot, nss.CERT_GetDefaultCertDB):
        gives.restype = ctypes.c_void_p
    _done(nss.NSS_InitReadWrite(f"sql:{database}".encode()))
    slot = ctypes.c_void_p(nss.PK11_GetInternalKeySlot())
    _done(nss.PK11_InitPin(slot, None, b""))
    known = ctypes.c_void_p(decode(certificate, len(certificate)))
    _done(nss.PK11_ImportCert(slot, known, ctypes.c_ulong(0), b"the site's authority", 0))
    trust = _Trust(_VALID_CA | _TRUSTED_CA, 0, 0)
    _done(nss.CERT_ChangeCertTrust(ctypes.c_void_p(nss.CERT_GetDefaultCertDB()), known, ctypes.byref(trust)))
    nss.CERT_DestroyCertificate(known)
    nss.PK11_FreeSlot(slot)
    _done(nss.NSS_Shutdown())


def _done(status: int) -> None:
    if status:
        raise RuntimeError("NSS refused")


if __name__ == "__main__":
    _add(sys.argv[1], x509.load_pem_x509_certificate(Path(sys.argv[2]).read_bytes()).public_bytes(Encoding.DER))
