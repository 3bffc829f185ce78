"""Who is linked with whom, however far."""

from __future__ import annotations

from collections.abc import Sequence


def linked_groups(links: Sequence[tuple[int, int]]) -> list[tuple[list[int], list[int]]]:
    """Return each group as (its members, the places of its links), the largest first, then by the first member."""
    parent: dict[int, int] = {}

    def root(member: int) -> int:
        while parent.setdefault(member, member) != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    for one, other in links:
        parent[root(other)] = root(one)
    groups: dict[int, tuple[list[int], list[int]]] = {}
    for member in sorted(parent):
        groups.setdefault(root(member), ([], []))[0].append(member)
    for place, (one, _) in enumerate(links):
        groups[root(one)][1].append(place)
    return sorted(groups.values(), key=lambda group: (-len(group[0]), group[0]))
