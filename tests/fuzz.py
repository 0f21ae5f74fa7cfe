"""Fuzz the loaders of ``test_mutations.py``, led by the lines that each file reaches.

``python -m tests.fuzz`` tries ten thousand files with each loader, or with the named ones. It needs
Atheris, which exists for Linux on x86-64. A file that fails is written into the current folder.
"""

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["face2face"]):
    from tests.test_mutations import HANG, LOADERS, mutated, mutated_archive

from face2face.errors import Face2FaceError

#: Largest memory of the process, in MiB.
MEMORY = 1024


def fuzz(name: str, runs: int, folder: Path) -> None:
    """Fuzz one loader in a folder, and end the process."""
    make = next(each for each in LOADERS if each.__name__ == name)
    file, content, load = make(folder)
    mutate = mutated_archive if file.endswith(".npz") else mutated

    def read(data: bytes) -> None:
        (folder / file).write_bytes(data)
        try:
            load(folder / file)
        except Face2FaceError as error:
            assert "\n" not in str(error)

    def change(data: bytes, max_size: int, seed: int) -> bytes:
        rng = random.Random(seed)
        # A whole file is changed most often: one that is damaged ends soon.
        return mutate(content if rng.random() < 0.5 else data, rng)[:max_size]

    (folder / "corpus").mkdir()
    (folder / "corpus" / file).write_bytes(content)
    limits = [f"-runs={runs}", f"-timeout={HANG:g}", f"-rss_limit_mb={MEMORY}", "-seed=1"]
    limits += [f"-max_len={4 * len(content)}", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *limits, str(folder / "corpus")], read, custom_mutator=change)
    atheris.Fuzz()


def main() -> int:
    """Fuzz each loader in a process of its own; return how many failed."""
    names = [each.__name__ for each in LOADERS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("loaders", nargs="*", metavar="LOADER", help=f"of {', '.join(names)}")
    parser.add_argument("--runs", type=int, default=10_000, help="files for each loader")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        fuzz(options.loaders[0], options.runs, options.folder)
    failed = []
    for name in options.loaders or names:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "tests.fuzz", name, "--folder", folder]
            command += ["--runs", str(options.runs)]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        print(f"{name}: {'failed' if done.returncode else f'{options.runs} files'}", flush=True)
        if done.returncode:
            failed.append(name)
            print(done.stderr[-4000:], flush=True)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
