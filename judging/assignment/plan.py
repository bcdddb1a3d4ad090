"""An assignment in the making."""

from collections import deque
from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from judging.assignment.suiting import Fits, suited


class Plan:
    """An assignment in the making, by positions; each judge's entries are the bits of an integer.

    `may[judge]` are the entries a judge may be given, `kept[judge]` those that stay with them,
    `held[judge]` those they have now. Bits make "what could this judge hand to that one" a single
    operation, which is what evening out asks all the time. `limits` are the most entries each
    takes, `fits` (a line for each judge) how well each entry would be with them.
    """

    def __init__(
        self,
        *,
        may: Sequence[int],
        kept: Sequence[int],
        limits: Sequence[int | None],
        fits: Fits,
    ) -> None:
        self.may = may
        self.kept = kept
        self.fits = fits
        self.held = list(kept)
        self.limits = [fits.shape[1] if limit is None else limit for limit in limits]
        self.met = [[0] * len(may) for _judge in may]

    def judges_of(self, entry: int) -> list[int]:
        """Return who has an entry."""
        return [judge for judge, held in enumerate(self.held) if held >> entry & 1]

    def fill(self, entry: int, wanted: int, draw: Sequence[int]) -> None:
        """Add judges with room: the least loaded first, of them whom the entry fits best.

        Of those who are alike in that, who met the team least, then as drawn.
        """
        team = self.judges_of(entry)
        able = [judge for judge in draw if self.may[judge] >> entry & 1 and judge not in team]
        load = [held.bit_count() for held in self.held]
        free = [judge for judge in able if load[judge] < self.limits[judge]]
        fits = self.fits[:, entry].tolist()
        while free and len(team) < wanted:
            chosen = min(free, key=lambda one: (load[one], -fits[one], self._meetings(one, team)))
            free.remove(chosen)
            self.held[chosen] |= 1 << entry
            for other in team:
                self.met[chosen][other] += 1
                self.met[other][chosen] += 1
            team.append(chosen)

    def settle(self, wanted: int) -> None:
        """Mend what filling one entry after the other could not know, and link the panel."""
        self._complete(wanted)
        self.even_out()
        self.suit()
        self.link()

    def _complete(self, wanted: int) -> None:
        """Give entries the judges they lack by making room: whoever is full hands another one on.

        As long as there is a chain to somebody with room, an entry more can be had; once there is
        none, no assignment serves it better (Ford and Fulkerson, 1956: augmenting paths).
        """
        for entry in range(self.fits.shape[1]):
            missing = wanted - len(self.judges_of(entry))
            while missing > 0 and (chain := self._chain_to_room(entry)):
                self._hand_on(chain)
                self.held[chain[0]] |= 1 << entry
                missing -= 1

    def _chain_to_room(self, entry: int) -> list[int]:
        """Find judges, from one who may take this entry and is full to one with room."""
        ends = {judge for judge in range(len(self.held)) if self._room(judge) > 0}
        for source, may in enumerate(self.may):
            is_able = (may & ~self.held[source]) >> entry & 1
            if is_able and (chain := self._chain_from(source, ends)):
                return chain
        return []

    def even_out(self) -> None:
        """Hand entries on along chains of judges until no chain makes two loads more alike.

        Every chain lowers the sum of squared loads, so this ends; where no chain is left, loads are
        as even as they can be (Harvey, Ladner, Lovász, Tamir: semi-matchings, 2006, theorem 3.1).
        """
        while chain := self._chain():
            self._hand_on(chain)

    def _hand_on(self, chain: Sequence[int]) -> None:
        for giver, taker in pairwise(chain):
            movable = self._movable(giver, taker)
            entry = movable & -movable  # the lowest bit: any would do, this one is repeatable
            self.held[giver] ^= entry
            self.held[taker] ^= entry

    def _chain(self) -> list[int]:
        """Find judges, from a loaded one to one with two entries less, who can each hand one on."""
        for source in sorted(range(len(self.held)), key=self._load, reverse=True):
            ends = {
                taker
                for taker in range(len(self.held))
                if self._load(taker) <= self._load(source) - 2 and self._room(taker) > 0
            }
            if ends and (chain := self._chain_from(source, ends)):
                return chain
        return []

    def _chain_from(self, source: int, ends: Collection[int]) -> list[int]:
        # Breadth first: on a shortest chain no entry can be handed on twice.
        found_by = {source: source}
        waiting = deque([source])
        while waiting:
            giver = waiting.popleft()
            for taker in range(len(self.held)):
                if taker in found_by or not self._movable(giver, taker):
                    continue
                found_by[taker] = giver
                if taker in ends:
                    return _walk_back(found_by, taker)
                waiting.append(taker)
        return []

    def suit(self) -> None:
        """Move entries to whom they fit better, loads and teams' sizes as they are."""
        if not self.fits.any():
            return
        held = suited(
            self.fits,
            held=self._flags(self.held),
            kept=self._flags(self.kept),
            may=self._flags(self.may),
            room=[self._room(judge) for judge in range(len(self.held))],
        )
        self.held = [sum(1 << at for at in np.flatnonzero(line).tolist()) for line in held]

    def _flags(self, lines: Sequence[int]) -> NDArray[np.bool_]:
        """Unpack each judge's bits."""
        size = self.fits.shape[1]
        length = size // 8 + 1
        packed = [np.frombuffer(bits.to_bytes(length, "little"), np.uint8) for bits in lines]
        return np.unpackbits(np.array(packed), axis=1, bitorder="little")[:, :size].astype(bool)

    def link(self) -> None:
        """Swap entries between groups that no entry links until one group is left, or none can.

        A pair that lies on a circle is handed across for a pair of another group: what the circle
        held together stays together, and the two groups become one. Loads stay as they are.
        """
        while swap := self._swap():
            for judge, entry in swap:
                self.held[judge] ^= entry

    def _swap(self) -> tuple[tuple[int, int], ...]:
        """Find an entry on a circle and one of another group that two judges can exchange."""
        for giver, held in enumerate(self.held):
            judges, entries = self._reach(giver, held)
            others = [j for j, theirs in enumerate(self.held) if theirs and j not in judges]
            ties = sum(self._load(judge) for judge in judges)
            if not others or ties < len(judges) + entries.bit_count():
                continue  # alone, or without a circle
            for taker in others:
                back = self._movable(taker, giver)
                entry = self._on_a_circle(giver, self._movable(giver, taker)) if back else 0
                if entry:
                    back &= -back
                    return (giver, entry | back), (taker, entry | back)
        return ()

    def _on_a_circle(self, judge: int, choice: int) -> int:
        """Return a bit of `choice` whose entry and `judge` stay linked without each other, or 0."""
        while choice:
            entry = choice & -choice
            if self._reach(judge, self.held[judge] ^ entry)[1] & entry:
                return entry
            choice ^= entry
        return 0

    def _reach(self, judge: int, entries: int) -> tuple[set[int], int]:
        """Return the judges and entries linked to `judge`, who counts as holding `entries` only."""
        judges, waiting = {judge}, set(range(len(self.held))) - {judge}
        while found := {other for other in waiting if self.held[other] & entries}:
            waiting -= found
            judges |= found
            for other in found:
                entries |= self.held[other]
        return judges, entries

    def _movable(self, giver: int, taker: int) -> int:
        return self.held[giver] & ~self.kept[giver] & self.may[taker] & ~self.held[taker]

    def _room(self, judge: int) -> int:
        """Return how many more entries a judge takes; below none where they have more already."""
        return self.limits[judge] - self._load(judge)

    def _load(self, judge: int) -> int:
        return self.held[judge].bit_count()

    def _meetings(self, judge: int, team: Sequence[int]) -> int:
        met = self.met[judge]
        return sum([met[other] for other in team])


def _walk_back(found_by: dict[int, int], end: int) -> list[int]:
    chain = [end]
    while found_by[chain[-1]] != chain[-1]:
        chain.append(found_by[chain[-1]])
    return chain[::-1]
