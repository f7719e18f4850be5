"""The participation's addresses, visited as a browser visits them: by simulated people and by the audit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import httpx

from studies.designs._design import Reaction

REFRESH_MS = 1000 / 60


class VisitFailed(Exception):
    """The server answered otherwise than a browser would have been answered."""


class Visitor:
    """One browser at one participation."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._code = self._csrf = ""

    def arrive(self, page: str) -> str:
        """Be at a participation's page, given its text; gives the participation's code."""
        self._code = found(r'data-state-url="/p/([0-9a-f-]{36})/state/"', page)
        self._csrf = found(r'name="csrf-token" content="([^"]+)"', page)
        return self._code

    def state(self) -> dict[str, Any]:
        """What is left to do."""
        state: dict[str, Any] = self.get(f"/p/{self._code}/state/").json()
        return state

    def tell_device(self, device: Mapping[str, Any]) -> None:
        """Facts on the device, once a page load."""
        self._post(f"/p/{self._code}/device/", device)

    def answer(
        self, trial: Mapping[str, Any], reaction: Reaction, frames: list[dict[str, Any]], *, runner: str
    ) -> dict[str, Any]:
        """Answer a trial whose frames were shown like this; gives the reply."""
        payload: dict[str, Any] = {
            "answer": reaction.answer,
            "rt_ms": reaction.rt_ms,
            "input": "keyboard",
            "frames": frames,
            "refresh_ms": round(REFRESH_MS, 3),
            "layout": "row",
            "events": [],
            "shown_before": 0,
            "runner": runner,
        }
        if reaction.more:
            payload["more"] = [
                {"name": name, "answer": answer, "rt_ms": reaction.rt_ms}
                for name, answer in reaction.more.items()
            ]
        reply: dict[str, Any] = self._post(f"/t/{trial['code']}/response/", payload).json()
        return reply

    def get(self, address: str) -> httpx.Response:
        """The page or picture at an address; raises VisitFailed."""
        return self._checked(self._client.get(address))

    def post_form(self, address: str, form: Mapping[str, str]) -> httpx.Response:
        """What a form leads to; raises VisitFailed."""
        return self._checked(self._client.post(address, data=dict(form), headers=self._origin(address)))

    def _post(self, address: str, payload: Mapping[str, Any]) -> httpx.Response:
        headers = {"X-CSRFToken": self._csrf} | self._origin(address)
        return self._checked(self._client.post(address, json=dict(payload), headers=headers))

    def _origin(self, address: str) -> dict[str, str]:
        # Over HTTPS Django wants to know which page a form came from.
        return {"Referer": str(self._client.base_url.join(address))}

    def _checked(self, response: httpx.Response) -> httpx.Response:
        if response.is_success:
            return response
        words = " ".join(re.sub(r"<[^>]+>", " ", response.text).split())[:300]
        raise VisitFailed(
            f"{response.request.method} {response.request.url.path} answered {response.status_code}: {words}"
        )


def found(pattern: str, html: str) -> str:
    """What a page has in the place of the pattern's group."""
    match = re.search(pattern, html)
    if match is None:
        raise VisitFailed(f"The page holds nothing like {pattern}: is the study live?")
    return match.group(1)


def images_of(trial: Mapping[str, Any]) -> list[dict[str, str]]:
    """The pictures of a trial, in the order of showing."""
    return [picture for frame in trial["frames"] for picture in frame.get("images", [])]


def as_shown(
    frames: Iterable[Mapping[str, Any]],
    clock_ms: float,
    lateness: Callable[[], tuple[float, float]] = lambda: (0.0, 0.0),
) -> list[dict[str, Any]]:
    """What a 60 Hz display would have measured for a trial's frames, from `clock_ms` on."""
    report, now = [], clock_ms
    for index, frame in enumerate(frames):
        duration = frame["duration_ms"]
        if duration is None:
            continue
        shown = max(1, round(duration / REFRESH_MS)) * REFRESH_MS
        if frame["kind"] in {"images", "noise"}:
            onset, offset = lateness()
            report.append(
                {
                    "index": index,
                    "planned_ms": duration,
                    "onset_stamp": round(now, 3),
                    "onset_now": round(now + onset, 3),
                    "offset_stamp": round(now + shown, 3),
                    "offset_now": round(now + shown + offset, 3),
                    "dropped": 0,
                }
            )
        now += shown
    return report
