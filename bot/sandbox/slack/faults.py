"""Faults of the local Slack, each behind a switch, for the next requests or until switched off.

========================  ========================================================================
``429``                   HTTP 429 with Retry-After; nothing happens
``reset_before_accept``   the connection is reset; nothing happened
``stall``                 no answer and no effect until the fault is released, then a reset
``late_accept``           no answer; the effect comes when the fault is released, then a reset
``500_after_accept``      the effect, then HTTP 500
``reset_after_accept``    the effect, then a reset
``drip``                  the effect, then half of the answer; the rest when the fault is released
``bad_json``              the effect, then a body that is no JSON
``is_archived``           refused with that error, as ``not_in_channel`` and ``invalid_auth`` are
========================  ========================================================================

``refuse`` (no connection at all) is ``LocalSlack.away``; the sockets' faults (``drop``,
``halfopen``, ``dup``) are switched on here and carried out by ``socket_mode``.
"""

import asyncio
from dataclasses import dataclass, field

ERRORS = frozenset({"is_archived", "not_in_channel", "invalid_auth"})
AFTER_ACCEPT = frozenset({"500_after_accept", "reset_after_accept", "drip", "bad_json"})
REQUEST_FAULTS = ERRORS | AFTER_ACCEPT | {"429", "reset_before_accept", "stall", "late_accept"}
SOCKET_FAULTS = frozenset({"drop", "halfopen", "dup"})
FAULTS = REQUEST_FAULTS | SOCKET_FAULTS

EVERYTHING = "*"
DEFAULT_RETRY_AFTER_SECONDS = 1


@dataclass(slots=True, kw_only=True)
class Fault:
    """One switched-on fault.

    Attributes:
        on: a method's name, ``commands`` or ``actions`` (response URLs), or ``*`` for all; socket
            faults ask for ``envelope``.
        left: how many requests it still strikes; None is all of them.
        retry_after_seconds: what ``429`` says.
        struck: is set once the first request was struck.
    """

    name: str
    on: str
    left: int | None
    retry_after_seconds: int
    struck: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let those go on whom the fault holds back."""
        self.released.set()


class Faults:
    """The switchboard."""

    def __init__(self) -> None:
        self._on: list[Fault] = []
        self._held: list[Fault] = []

    def switch_on(
        self,
        name: str,
        *,
        on: str = EVERYTHING,
        times: int | None = None,
        retry_after_seconds: int = DEFAULT_RETRY_AFTER_SECONDS,
    ) -> Fault:
        """Strike the next ``times`` matching requests, or all until ``switch_off``.

        Raises:
            ValueError: there is no such fault.
        """
        if name not in FAULTS:
            raise ValueError(f"no fault named {name!r}; there are {', '.join(sorted(FAULTS))}")
        fault = Fault(name=name, on=on, left=times, retry_after_seconds=retry_after_seconds)
        self._on.append(fault)
        self._held.append(fault)
        return fault

    def switch_off(self, name: str | None = None) -> None:
        """End one fault, or all of them, and let go whom they hold back."""
        for fault in self._held:
            if name in {None, fault.name}:
                fault.release()
        self._on = [fault for fault in self._on if name not in {None, fault.name}]

    def take(self, target: str, *, among: frozenset[str] = REQUEST_FAULTS) -> Fault | None:
        """The fault that strikes this request, if one does; it has struck once more then."""
        for fault in self._on:
            if fault.name in among and fault.on in {EVERYTHING, target}:
                fault.struck.set()
                if fault.left is not None:
                    fault.left -= 1
                    if fault.left == 0:
                        self._on.remove(fault)
                return fault
        return None

    def is_on(self, name: str) -> bool:
        """Whether a fault is switched on."""
        return any(fault.name == name for fault in self._on)
