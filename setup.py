"""The packages; all metadata is in pyproject.toml.

The shipped models lie in models/, outside face2face/, and are installed as face2face.models.
"""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["face2face", "face2face.*"]), "face2face.models"],
    package_dir={"face2face.models": "models"},
    package_data={"face2face.models": ["*/*", "README.md"], "face2face": ["py.typed"]},
)
