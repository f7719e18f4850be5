"""Ends the processes of a supervisor that was killed: started as a script, knows nothing of the project.

It reads "+ID" and "-ID" lines (process groups that began and ended) from its standard input. When that
closes without a "done", the supervisor died without stopping them: the watchdog does it.
"""

import os
import signal
import sys
import time

GRACE = 5.0  # seconds between asking and killing


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says this of a group whose members are all zombies
        return False
    return True


def send(groups: set[int], what: signal.Signals) -> None:
    for group in groups:
        try:
            os.killpg(group, what)
        except (ProcessLookupError, PermissionError):
            continue


def end(groups: set[int]) -> None:
    """Ask every group to end, then kill what is still there."""
    send(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while any(alive(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.05)
    send({group for group in groups if alive(group)}, signal.SIGKILL)


def main() -> None:
    # A Ctrl-C in the terminal is the supervisor's business.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        word = line.strip()
        if word == "done":
            return
        if word.startswith("+"):
            groups.add(int(word[1:]))
        elif word.startswith("-"):
            groups.discard(int(word[1:]))
    end(groups)


if __name__ == "__main__":
    main()
