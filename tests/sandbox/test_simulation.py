"""Stories of faults and crashes end with the vendors holding the truth, and a seed tells the same story twice."""

import os
import time
from functools import cache

import pytest

from caseroom.settings import SettingsError
from sandbox.simulation.script import MINUTES, Script
from sandbox.simulation.truth import findings
from sandbox.simulation.world import BEGINNING, World
from sandbox.soak import AFTERMATH, main, play, seeds_of

SEEDS = seeds_of(os.environ.get("SEEDS", "7,19,42"))


@cache
def told(seed):
    return play(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", SEEDS)
def test_a_story_of_faults_ends_with_the_vendors_holding_what_the_helpdesks_say(seed):
    report = told(seed)
    assert report.findings == [], "\n".join(report.trace[-40:])
    assert report.cases > 5
    assert report.faults > 20, "a story in which nothing went wrong proves nothing"


def test_a_seed_tells_the_same_story_twice_and_another_seed_another_one():
    assert play(SEEDS[0]).trace == told(SEEDS[0]).trace
    assert told(SEEDS[0]).trace != told(SEEDS[-1]).trace


@pytest.fixture(scope="module")
def ended():
    """A story that has come to rest, and a way to look at how it stands."""
    world = World(5)
    script = Script.of(world)
    script.play()
    world.calm()
    world.run_until(BEGINNING + 60 * MINUTES + AFTERMATH)
    assert findings(script) == []
    yield world, script
    world.close()


def open_group(world):
    """A group whose case is open, with somebody in it."""
    return next(group for group in world.chat.groups.values() if group.members)


def test_the_truth_sees_a_member_too_many_and_one_too_few(ended):
    world, script = ended
    group = open_group(world)
    members = dict(group.members)
    group.members["stranger"] = next(iter(members.values()))
    assert any("stranger" in finding for finding in findings(script))
    group.members.clear()
    assert any("members []" in finding for finding in findings(script))
    group.members.update(members)
    assert findings(script) == []


def test_the_truth_sees_a_group_too_many_and_one_too_few(ended):
    world, script = ended
    group = open_group(world)
    world.chat.groups["nobodys"] = group
    assert "group nobodys is nobody's" in findings(script)
    del world.chat.groups["nobodys"], world.chat.groups[group.group_id]
    assert any("has no group" in finding for finding in findings(script))
    world.chat.groups[group.group_id] = group
    world.chat.created_count[group.group_id] += 1
    assert any("was created 2 times" in finding for finding in findings(script))
    world.chat.created_count[group.group_id] -= 1
    assert findings(script) == []


def test_the_truth_sees_a_record_too_many(ended):
    world, script = ended
    ticket = next(ticket for ticket in world.zendesk.tickets.values() if ticket.external_id)
    number = max(world.zendesk.tickets) + 1
    world.zendesk.tickets[number] = ticket
    assert any("2 records instead of 1" in finding for finding in findings(script))
    del world.zendesk.tickets[number]
    assert findings(script) == []


def test_the_soak_says_how_many_seeds_ended_well(capfd):
    assert main(["42-42"]) == 0
    assert "1 seeds" in capfd.readouterr().out


def test_a_world_that_cannot_begin_gives_the_time_back():
    before = time.time()
    with pytest.raises(SettingsError):
        World(1, settings={"SECRET_KEY": ""})
    assert abs(time.time() - before) < 60, "another world of this module may be standing, in its own time"


@pytest.mark.parametrize(
    ("text", "seeds"), [("3", [1, 2, 3]), ("4-6", [4, 5, 6]), ("7,9", [7, 9]), ("1-2, 8", [1, 2, 8])]
)
def test_seeds_are_written_as_a_number_a_range_or_a_list(text, seeds):
    assert seeds_of(text) == seeds
