"""Write the digests of this RULES_VERSION down: `python -m tests.golden.write`.

Raise RULES_VERSION first when the rules give another answer to a case that was released. The digests of earlier
versions stay as they are.
"""

from __future__ import annotations

import msgspec

from facility_agent.arrangements.terms import RULES_VERSION
from facility_agent.storage.files import write_whole
from tests.golden.corpus import FILE, digests, stored


def write() -> None:
    """Renew the entry of this version."""
    known = {**(stored() if FILE.is_file() else {}), str(RULES_VERSION): digests()}
    ordered = dict(sorted(known.items(), key=lambda entry: int(entry[0])))
    write_whole(FILE, msgspec.json.format(msgspec.json.encode(ordered), indent=2) + b"\n")


if __name__ == "__main__":
    write()
    print(f"{FILE.name}: RULES_VERSION {RULES_VERSION}")
