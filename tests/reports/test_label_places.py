"""Where names stand beside their marks: layouts made by hand, whose answers are known."""

import pytest

from reports.figures.label_places import (
    Box,
    Mark,
    Place,
    Wanted,
    label_places,
    text_width,
)

PICTURE = Box(0, 0, 400, 300)
WIDTH, HEIGHT, HALF = 60.0, 14.0, 4.0


def put(
    marks: list[Mark],
    named: list[Mark] | None = None,
    lines: tuple[list[tuple[float, float]], ...] = (),
    *,
    kept: bool = True,
) -> list[Place]:
    wanted = [Wanted(mark=one, width=WIDTH, is_kept=kept) for one in named or marks]
    places = label_places(wanted, marks, lines, PICTURE, HEIGHT)
    found = [place for place in places if place is not None]
    assert len(found) == len(places)
    return found


def around(mark: Mark) -> Box:
    return Box(mark.x - mark.half, mark.y - mark.half, mark.x + mark.half, mark.y + mark.half)


def goes_through(leader: tuple[float, float, float, float], box: Box) -> bool:
    """Whether any of 200 places along a line lies within a box."""
    x, y, to_x, to_y = leader
    at = ((x + (to_x - x) * i / 200, y + (to_y - y) * i / 200) for i in range(201))
    return any(box.left < a < box.right and box.top < b < box.bottom for a, b in at)


def assert_readable(places: list[Place], marks: list[Mark]) -> None:
    """No name lies on a mark or a name, and no leader on a name or another's mark."""
    for i, place in enumerate(places):
        assert not any(place.box.overlaps(around(mark)) for mark in marks)
        assert not any(place.box.overlaps(other.box) for other in places[i + 1 :])
        assert place.box.left >= PICTURE.left
        assert place.box.right <= PICTURE.right
        assert place.box.top >= PICTURE.top
        assert place.box.bottom <= PICTURE.bottom
        if place.leader:
            others = [other.box for other in places if other is not place]
            assert not any(goes_through(place.leader, box) for box in others)
            strange = [mark for mark in marks if (mark.x, mark.y) != place.leader[:2]]
            assert not any(goes_through(place.leader, around(mark)) for mark in strange)


def test_one_name_stands_to_the_right_of_its_mark() -> None:
    """The mark ends at 204, the name begins 3 further; 14 high around 100."""
    (place,) = put([Mark(200, 100, HALF)])
    assert place == Place(Box(207, 93, 267, 107), "start", None)
    assert (place.x, place.y) == (207, 100)


def test_of_two_marks_close_together_one_has_its_name_on_the_left() -> None:
    """The other mark, 10 to the right, is where the first name would be."""
    left, right = put([Mark(200, 100, HALF), Mark(210, 100, HALF)])
    assert left == Place(Box(133, 93, 193, 107), "end", None)
    assert right == Place(Box(217, 93, 277, 107), "start", None)


@pytest.mark.parametrize(
    ("x", "y", "box", "anchor"),
    [
        (390, 100, Box(323, 93, 383, 107), "end"),
        (10, 100, Box(17, 93, 77, 107), "start"),
        # Level with a mark so near an edge a name would leave the picture: under it, or above.
        (200, 2, Box(170, 7.5, 230, 21.5), "middle"),
        (200, 298, Box(170, 278.5, 230, 292.5), "middle"),
    ],
)
def test_at_an_edge_a_name_stays_inside(x: float, y: float, box: Box, anchor: str) -> None:
    (place,) = put([Mark(x, y, HALF)])
    assert place == Place(box, anchor, None)


@pytest.mark.parametrize(("x", "y"), [(398, 2), (2, 2), (398, 298), (2, 298)])
def test_in_a_corner_a_name_stays_inside_and_near(x: float, y: float) -> None:
    (place,) = put([Mark(x, y, HALF)])
    assert_readable([place], [Mark(x, y, HALF)])
    assert place.leader is None


def test_a_line_is_avoided_where_another_place_is_free() -> None:
    """Level with the mark the name would lie on the line, to the right and to the left."""
    (place,) = put([Mark(200, 100, HALF)], lines=([(0, 100), (400, 100)],))
    assert place == Place(Box(170, 80.5, 230, 94.5), "middle", None)


def test_a_name_on_a_line_is_better_than_one_away_from_its_mark() -> None:
    lines = tuple([(0.0, float(y)), (400.0, float(y))] for y in range(0, 300, 10))
    (place,) = put([Mark(200, 103, HALF)], lines=lines)
    assert place.leader is None


def test_ten_marks_in_a_cluster_are_all_named() -> None:
    """Two rows of five, 12 apart: no more than the outer ones have room beside them."""
    marks = [Mark(180 + 12 * i, 140 + 12 * j, HALF) for i in range(5) for j in range(2)]
    places = put(marks)
    assert len(places) == 10
    assert_readable(places, marks)
    assert any(place.leader for place in places)


def test_one_in_the_middle_of_a_crowd_is_named_further_away_with_a_leader() -> None:
    """Marks on a ring of 30 leave gaps of 23 between them, for a leader but not for a name."""
    middle = Mark(200, 150, 7.5)
    ring = [(30, 0), (21, 21), (0, 30), (-21, 21), (-30, 0), (-21, -21), (0, -30), (21, -21)]
    marks = [middle, *(Mark(200 + x, 150 + y, HALF) for x, y in ring)]
    (place,) = put(marks, [middle])
    assert place.leader is not None
    assert place.leader[:2] == (200, 150)
    assert place.box.left <= place.leader[2] <= place.box.right
    assert place.box.top <= place.leader[3] <= place.box.bottom
    assert_readable([place], marks)


def test_a_name_gives_way_to_one_without_another_place() -> None:
    """Of the second, near the right edge, all places near but the left one are taken or outside.

    Alone the first would stand to the right, from 317 to 377, where that place is.
    """
    first, second = Mark(310, 150, HALF), Mark(392, 150, HALF)
    marks = [first, second, Mark(345, 134, HALF), Mark(345, 166, HALF)]
    assert put([first])[0].box.left == 317
    assert put(marks, [first, second]) == [
        Place(Box(243, 143, 303, 157), "end", None),
        Place(Box(325, 143, 385, 157), "end", None),
    ]


def test_where_nothing_is_free_only_a_name_that_must_stay_does() -> None:
    """Marks 8 wide, every 10 in both directions, leave no room for a name anywhere."""
    marks = [Mark(5 + 10 * i, 5 + 10 * j, HALF) for i in range(40) for j in range(30)]
    middle = marks[len(marks) // 2]
    kept = Wanted(mark=middle, width=WIDTH, is_kept=True)
    other = Wanted(mark=middle, width=WIDTH, is_kept=False)
    assert label_places([other], marks, (), PICTURE, HEIGHT) == [None]
    (place,) = label_places([kept], marks, (), PICTURE, HEIGHT)
    assert place is not None


def test_a_name_wider_than_the_picture_has_no_place() -> None:
    wanted = Wanted(mark=Mark(200, 150, HALF), width=401, is_kept=True)
    assert label_places([wanted], [wanted.mark], (), PICTURE, HEIGHT) == [None]


def test_the_same_marks_have_the_same_places() -> None:
    marks = [Mark(100 + 37 * i % 200, 100 + 53 * i % 90, HALF) for i in range(12)]
    assert put(marks) == put(marks)


@pytest.mark.parametrize(("gap", "box"), [(5, Box(133, 93, 193, 107)), (7, Box(207, 93, 267, 107))])
def test_a_name_is_nearest_to_its_own_mark(gap: int, box: Box) -> None:
    """It ends at 267, 3 from its own mark: another's must be 6 away from it, or it goes left."""
    first, _ = put([Mark(200, 100, HALF), Mark(267 + gap + HALF, 100, HALF)])
    assert first.box == box


def test_letters_are_as_wide_as_in_arial() -> None:
    """M 0.833, i 0.222, l 0.222, three of 0.556; an accent takes no room."""
    assert text_width("Mil", 10) == pytest.approx(12.77)
    assert text_width("0ab", 10) == pytest.approx(16.68)
    assert text_width("ŵ", 10) == text_width("w", 10) == pytest.approx(7.22)
