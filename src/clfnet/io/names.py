"""Which names belong together: what is left of them without a prefix, a suffix or a kind's word.

Cameras and people call the two images of a pair `IR_0001` and `VIS_0001`, `DJI_0001_T` and
`DJI_0001_W`, `road-thermal` and `road-rgb`. Three rules are tried, and the first that pairs most
is taken; the caller tells the user which one it was.

1. The names are equal, but for letter case and the form of Unicode (é as one code point or two,
   letters of full width).
2. They are equal without a word that tells the kind of an image (`INFRARED`, `VISIBLE`).
3. They are equal without a prefix and a suffix that all names of a group share.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from unicodedata import normalize

INFRARED = frozenset(
    {"heat", "inf", "infra", "infrared", "ir", "irx", "lwir", "mwir", "nir", "swir", "t", "therm"}
    | {"thermal", "thermo", "thm", "thrm", "tir", "wärmebild", "waermebild", "thermique"}
    | {"infrarouge", "termica", "térmica", "infrarrojo", "infrarosso", "infravermelho", "ик"}
    | {"тепло", "红外", "红外图", "紅外", "热红外", "热像", "热成像", "赤外", "적외선", "열화상"}
)
"""Words that say that an image is an infrared one."""

VISIBLE = frozenset(
    {"color", "colour", "dc", "eo", "foto", "optical", "photo", "rgb", "v", "vi", "vis"}
    | {"visible", "visibile", "visivel", "visível", "visual", "vl", "vs", "w", "wide", "z", "zoom"}
    | {"видимый", "可见光", "可见光图", "可见", "可見光", "可視", "가시광"}
)
"""Words that say that it is a visible one."""

LENSES = {"wide": ("w", "wide"), "zoom": ("z", "zoom"), "visible": ("v", "vis", "visible", "vi")}
"""By the name of a lens, the words that say that an image was taken through it."""

_PREFERRED = (*LENSES["wide"], *LENSES["visible"])
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[\W_]")
_STAMP = 14  # digits of a date and time as DJI writes it; the two cameras may differ by a second
_MOST_CUTS = 12  # tokens of a shared prefix or suffix that are looked at

Words = list[str]


@dataclass(frozen=True)
class Matching:
    """Names that belong together.

    Attributes:
        groups: for each group, by what is common, the name; keys that only some groups have are of
            names without a partner.
        spare: names of visible images through another lens, whose pair has an image already.
        note: how they were matched, in words; empty if by the whole name.
    """

    groups: tuple[dict[str, str], ...]
    spare: tuple[str, ...] = ()
    note: str = ""

    @property
    def shared(self) -> list[str]:
        """What the names of all groups have in common, in the order of the first group's names."""
        return [key for key in self.groups[0] if all(key in group for group in self.groups)]


def match_names(*groups: Iterable[str], lens: str | None = None) -> Matching:
    """Match the names of several groups, e.g. of infrared and visible images.

    Args:
        groups: names without suffix, perhaps with folders, "/" between; each at most once.
        lens: which of several visible images of a pair is taken, a key of `LENSES`; "wide" if it
            is there.

    Returns:
        What belongs together; nothing is shared if no rule pairs anything.

    Example:
        >>> found = match_names(["IR_0001", "IR_0002"], ["vis_0001", "vis_0002"])
        >>> found.shared, found.note
        (['0001', '0002'], "without the words 'ir', 'vis'")
        >>> match_names(["DJI_0001_T"], ["DJI_0001_Z", "DJI_0001_W"]).groups[1]
        {'dji_0001': 'DJI_0001_W'}
    """
    names = [sorted(group) for group in groups]
    found = _equal(names)
    if len(names) < 2 or found.shared or not all(names):
        return found
    tried = [_without_words(names, lens), _without_words(names, lens, stamps=False)]
    tried += [_without_affixes(names), _without_affixes(names, zeros=False)]
    best = max(tried, key=lambda each: len(each.shared))  # the first of the best
    return best if best.shared else found


def split_kinds(names: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
    """Tell infrared names from visible ones by their words.

    Returns:
        The infrared names, the visible ones, and those that say neither. Where only one kind is
        told by words (1_ir beside 1, IRX_1 beside MAX_1), all others are of the other kind.

    Example:
        >>> split_kinds(["DJI_0001_T", "DJI_0001_W", "map"])
        (['DJI_0001_T'], ['DJI_0001_W'], ['map'])
        >>> split_kinds(["1_ir", "1"])
        (['1_ir'], ['1'], [])
    """
    infrared: list[str] = []
    visible: list[str] = []
    others: list[str] = []
    for name in names:
        place = _kind_place(tokens := _tokens(name))
        word = None if place is None else tokens[place]
        (others if word is None else infrared if word in INFRARED else visible).append(name)
    if infrared and not visible:
        return infrared, others, []
    if visible and not infrared:
        return others, visible, []
    return infrared, visible, others


def folded(name: str) -> str:
    """Return a name without letter case, in one form of Unicode.

    Example:
        >>> folded("E\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT}") == "été"
        True
    """
    return normalize("NFKC", normalize("NFKC", name).casefold())


def _tokens(name: str) -> Words:
    return [match[0] for match in _TOKEN.finditer(folded(name))]


def _keyed(
    groups: Sequence[Sequence[str]], keys: Sequence[Callable[[str], str | None]]
) -> tuple[dict[str, str], ...] | None:
    """Return by key the names of each group; None if a key would be of two names of one group."""
    found = []
    for group, key in zip(groups, keys, strict=True):
        named = {each: name for name in group if (each := key(name)) is not None}
        if len(named) < sum(key(name) is not None for name in group):
            return None
        found.append(named)
    return tuple(found)


def _equal(groups: Sequence[Sequence[str]]) -> Matching:
    same = _keyed(groups, [folded] * len(groups))
    if same is None:  # A.png and a.png, where the system tells them apart
        same = tuple({name: name for name in group} for group in groups)
    return Matching(same)


def _without_words(
    groups: Sequence[Sequence[str]], lens: str | None, *, stamps: bool = True
) -> Matching:
    """Match names but for the word of their kind; and for a date and time, if `stamps` is off."""
    used: set[str] = set()
    spare: list[str] = []
    found = []
    for group in groups:
        named: dict[str, str] = {}
        for name in group:
            tokens = _tokens(name)
            place = _kind_place(tokens)
            word = "" if place is None else tokens[place]
            rest = tokens if place is None else _cut(tokens, place)
            if not stamps:
                rest = [each for each in rest if not (each.isdigit() and len(each) == _STAMP)]
            key = "".join(rest)
            if key in named:
                if word not in VISIBLE:
                    return Matching(tuple({} for _ in groups))
                first = min((named[key], name), key=lambda each: _rank(each, lens))
                spare.append(name if first == named[key] else named[key])
                named[key] = first
            else:
                named[key] = name
            used |= {word} - {""}
        found.append(named)
    words = ", ".join(map(repr, sorted(used)))
    note = f"without the word{'s' if len(used) > 1 else ''} {words}"
    note += "" if stamps else " and the time"
    return Matching(tuple(found), tuple(spare), note)


def _rank(name: str, lens: str | None) -> int:
    """Return how much the lens that a name tells of is wanted; less is more."""
    tokens = _tokens(name)
    place = _kind_place(tokens)
    word = "" if place is None else tokens[place]
    wanted = _PREFERRED if lens is None else (*LENSES[lens], *_PREFERRED)
    return wanted.index(word) if word in wanted else len(wanted)


def _kind_place(tokens: Words) -> int | None:
    """Return which token tells the kind: of the file's own name before its folders, the last.

    A single letter counts only where cameras put it: at the end, or after a number that it is
    set apart from (DJI_0001_T_Waypoint1).
    """
    last = len(tokens) - 1
    start = max((i for i, each in enumerate(tokens) if each == "/"), default=-1) + 1
    places: list[int] = [*range(last, start - 1, -1), *range(start - 1, -1, -1)]
    for place in places:
        known = tokens[place] in INFRARED or tokens[place] in VISIBLE
        if known and (len(tokens[place]) > 1 or _is_cameras_letter(tokens, place)):
            return place
    return None


def _is_cameras_letter(tokens: Words, place: int) -> bool:
    """Tell whether a single letter is where cameras put the kind."""
    if place == len(tokens) - 1:
        return place > 0
    before, after = tokens[max(0, place - 2) : place], tokens[place + 1]
    is_after_number = len(before) == 2 and before[0].isdecimal() and not before[1].isalnum()
    return is_after_number and not after.isalnum()


def _cut(tokens: Words, place: int) -> Words:
    """Take a word out, and the separator beside it; an only word of a folder leaves with it."""
    before, after = tokens[:place], tokens[place + 1 :]
    if before and not before[-1].isalnum() and before[-1] != "/":
        return before[:-1] + after
    if after and not after[0].isalnum():
        return before + after[1:]
    return before + after


def _without_affixes(groups: Sequence[Sequence[str]], *, zeros: bool = True) -> Matching:
    """Match names but for a prefix and a suffix that all of a group share.

    Args:
        groups: the names.
        zeros: leading zeros of numbers count.
    """
    cut = [list(_affixes(group, zeros=zeros)) for group in groups]
    best, least = Matching(tuple({} for _ in groups)), (0, 0)
    for choice in product(*cut):
        shared = set.intersection(*(set(named) for _, _, named in choice))
        taken = sum(len(prefix) + len(suffix) for prefix, suffix, _ in choice)
        if shared and (len(shared), -taken) > least:
            least = len(shared), -taken
            words = [f"{p}…{s}" if p and s else p or s for p, s, _ in choice]
            note = "without " + ", ".join(repr(each) for each in words if each)
            best = Matching(tuple(named for _, _, named in choice), (), note)
    return best


def _affixes(group: Sequence[str], *, zeros: bool) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield each prefix and suffix that a group shares, and by what is left, its names."""
    tokens = [_tokens(name) for name in group]
    shortest = min(map(len, tokens), default=0)
    head = _shared([each[:shortest] for each in tokens])
    tail = _shared([each[::-1][:shortest] for each in tokens])
    for begin, end in product(range(min(head, _MOST_CUTS) + 1), range(min(tail, _MOST_CUTS) + 1)):
        first = tokens[0]
        prefix, suffix = first[:begin], first[len(first) - end :]
        if begin + end >= shortest or not (_may_go(prefix) and _may_go(suffix)):
            continue
        rest = ["".join(each[begin : len(each) - end]) for each in _unpadded(tokens, zeros=zeros)]
        named = dict(zip(rest, group, strict=True))
        if len(named) == len(group) and all(any(c.isalnum() for c in each) for each in rest):
            yield "".join(prefix), "".join(suffix), named


def _unpadded(tokens: list[Words], *, zeros: bool) -> list[Words]:
    if zeros:
        return tokens
    return [[str(int(t)) if t.isdecimal() else t for t in each] for each in tokens]


def _shared(tokens: list[Words]) -> int:
    """Return how many tokens all begin with."""
    count = 0
    for column in zip(*tokens, strict=False):
        if len(set(column)) > 1:
            break
        count += 1
    return count


def _may_go(tokens: Words) -> bool:
    """Tell whether tokens may be left out: a number that stands by itself may not, `cam1` may."""
    padded = ["_", *tokens, "_"]
    return all(
        not each.isdecimal() or before.isalpha() or after.isalpha()
        for before, each, after in zip(padded, padded[1:], padded[2:], strict=False)
    )
