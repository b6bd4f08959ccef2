"""The web app's types are those of the API as it is."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.documents import description

WEB = Path(__file__).parents[1] / "web"
TOOL = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"


@pytest.mark.skipif(
    not TOOL.is_file() or not shutil.which("node"), reason="run `python3 dev.py web` first: no Node tools"
)
def test_the_types_are_fresh(tmp_path: Path) -> None:
    told, made = tmp_path / "openapi.json", tmp_path / "schema.d.ts"
    told.write_text(description(), encoding="utf-8")
    subprocess.run(["node", str(TOOL), str(told), "-o", str(made)], check=True, capture_output=True, cwd=WEB)
    kept = (WEB / "src" / "api" / "schema.d.ts").read_text(encoding="utf-8")
    assert made.read_text(encoding="utf-8") == kept, "run `python3 dev.py web`"
    assert json.loads(description())["info"]["title"] == "Modella"
