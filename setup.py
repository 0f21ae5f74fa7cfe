"""Name the packages. All metadata is in pyproject.toml; the shipped models lie outside face2face/."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["face2face", "face2face.*"]), "face2face.models"],
    package_dir={"face2face.models": "models"},
    package_data={"face2face.models": ["*/*", "README.md"], "face2face": ["py.typed"]},
)
