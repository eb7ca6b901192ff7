# SPDX-License-Identifier: Apache-2.0
"""Writing JSON as the fixtures have it."""
import json
from pathlib import Path


def write_json(path, value, **layout):
    layout.setdefault("indent", 2)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, **layout) + "\n", encoding="utf-8")


def read_json(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))
