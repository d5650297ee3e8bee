import pytest

from pipeline.spool import Spool


def test_items_past_the_room_come_back_in_order() -> None:
    assert list(Spool(range(10), room=3)) == list(range(10))


def test_only_the_first_items_stay_in_memory() -> None:
    spool = Spool(range(10), room=3)
    assert spool._kept == [0, 1, 2]
    assert len(spool) == 10


def test_adding_goes_on_while_somebody_reads() -> None:
    spool = Spool("abcd", room=1)
    reading = iter(spool)
    assert [next(reading), next(reading)] == ["a", "b"]
    spool.append("e")
    assert list(spool) == list("abcde")
    assert [*reading] == ["c", "d"]


@pytest.mark.parametrize("room", [0, 2, 100])
def test_a_spool_is_a_sequence(room: int) -> None:
    spool = Spool([3, 1, 2], room=room)
    spool += [5]
    assert (spool[0], spool[-1], spool[1:3]) == (3, 5, [1, 2])
    assert 2 in spool
    assert 9 not in spool
    assert spool == [3, 1, 2, 5]
    assert bool(spool)
    assert not Spool()


@pytest.mark.parametrize("place", [4, -5])
def test_there_is_nothing_past_the_end(place: int) -> None:
    with pytest.raises(IndexError):
        Spool(range(4), room=2)[place]
