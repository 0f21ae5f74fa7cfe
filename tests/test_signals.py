"""Ctrl-C while the main thread waits in a library."""

import os
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="blocks a thread by a mutex of glibc"
)
#: Blocks the main thread outside Python, as a library does that waits for a network.
STUCK = """
import ctypes, signal, sys, threading, time
libc, mutex = ctypes.CDLL(None), ctypes.create_string_buffer(64)
def stuck():
    libc.pthread_mutex_lock(mutex)
    threading.Timer(0.2, print, ["waiting"], {"flush": True}).start()  # once it waits
    libc.pthread_mutex_lock(mutex)
"""
#: Ends the wait after three seconds.
LATE = "threading.Timer(3, libc.pthread_mutex_unlock, [mutex]).start()"


def interrupted(script: str, number: int = signal.SIGINT) -> tuple[int, str, str]:
    """Run a script, send it a signal once it waits, and return how it ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK + script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    os.kill(process.pid, number)
    try:
        out, err = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return process.returncode, out, err


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_command_that_waits_in_a_library(name: str) -> None:
    script = "from face2face.commands.console import report_errors\nsys.exit(report_errors(stuck))"
    assert interrupted(script, getattr(signal, name)) == (130, "", "interrupted\n")


def test_a_signal_ends_a_program_whose_threads_still_work() -> None:
    script = """
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from face2face.commands.console import run_program
def run(options):
    ThreadPoolExecutor(1).submit(stuck).result()
module = SimpleNamespace(
    DESCRIPTION="", WRITES=(), READS=(), add_arguments=lambda parser: None, run=run
)
sys.argv = ["tool"]
sys.exit(run_program(module))
"""
    assert interrupted(script) == (130, "", "interrupted\n")


def test_files_are_closed_however_long_that_takes() -> None:
    script = """
from face2face.commands.console import report_errors
def action():
    try:
        print("waiting")
        time.sleep(60)
    finally:
        time.sleep(3)
        print("closed")
sys.exit(report_errors(action))
"""
    assert interrupted(script) == (130, "closed\n", "interrupted\n")


def test_a_block_with_its_own_handler_may_answer_late() -> None:
    """As a training does, which saves what it has learnt."""
    script = f"""
from face2face.commands.console import report_errors
from face2face.signals import on_end
def action():
    with on_end(lambda: print("answered")):
        {LATE}
        stuck()
    return 0
sys.exit(report_errors(action))
"""
    assert interrupted(script) == (0, "answered\n", "")
