"""Mistakes in the functions: the library's text with one thing changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from store.library import Library, library


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """A mistake: the line of the library that it follows, and what it adds there."""

    name: str
    after: str
    added: str

    def __str__(self) -> str:
        return self.name


def planted(bug: Bug) -> Library:
    """The library with the mistake in it, under a name of its own."""
    sound = library()
    assert sound.text.count(bug.after) == 1, f"not, or not once, in the library: {bug.after}"
    text = sound.text.replace(bug.after, bug.after + bug.added)
    name = f"dibs_{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return replace(sound, name=name, text=text.replace(sound.name, name))


LIMIT_SCAN = Bug(
    name="a LIMIT scan in place of the rank-gap search",
    after="local function members_of(stream, want)\n",
    added="""
  local some = redis.call('ZRANGE', stream.G, stream.index, stream.index + 1)
  local suits = #some == 0
  for i = 1, #some do suits = suits or not redis.call('ZSCORE', stream.T, some[i]) end
  if not suits then return {} end
""",
)

EXPIRY_LEAVES_T = Bug(
    name="T not kept on expiry",
    after="function apply.expired(P, event)\n",
    added="""
  local still_named = {}
  for n, task in ipairs(event.body.tasks) do
    local record = entries.load(P, task[1])
    local T = keys.excluded(P, record.q, record.c, task[3])
    still_named[n] = { T, score_of(record.p, task[1]), task[1] }
  end
  local sound = effects.finish
  effects.finish = function(...)
    effects.finish = sound
    sound(...)
    for _, named in ipairs(still_named) do redis.call('ZADD', named[1], named[2], named[3]) end
  end
""",
)

BUGS = (LIMIT_SCAN, EXPIRY_LEAVES_T)

NO_FENCE = Bug(
    name="a dataset's fence is not looked at",
    after="function fences.covers(P, queue, entry)\n",
    added="  if true then return false end\n",
)

CLEARED_COMES_BACK = Bug(
    name="a record from before its queue was cleared is read as it was",
    after="local function unpacked_record(P, entry, packed)\n",
    added="  if true then return unpacked(packed, false) end\n",
)

FENCE_TOO_WIDE = Bug(
    name="a fence covers what came after it",
    after="function fences.covers(P, queue, entry)\n",
    added="  entry = queue.fences and math.min(entry, queue.fences[1][2]) or entry\n",
)

LEAVING = (NO_FENCE, CLEARED_COMES_BACK, FENCE_TOO_WIDE)

HOLD_SURVIVES = Bug(
    name="a lease survives the deletion of its queue",
    after="function apply.dropped(P, event)\n",
    added="  event.body.tasks[#event.body.tasks] = nil\n",
)

DELETED_IS_READ = Bug(
    name="a record of a deleted queue is read as if the queue were there",
    after="local function unpacked_record(P, entry, packed)\n",
    added="""
  local of_any = unpacked(packed, false)
  if of_any and generation(P, of_any.q) == GONE then return of_any end
""",
)

DELETING = (HOLD_SURVIVES, DELETED_IS_READ)

CHUNK_TWICE = Bug(
    name="a chunk that is asked for again is done again",
    after="local function chunk_remembered(call)\n",
    added="""
  local newest = redis.call('HGET', keys.operation(call.P, call.session - OPERATIONS), 'chunk')
  if newest and call.n > 0 and call.n == tonumber(newest) then return nil end
""",
)

CHUNK_PASSED_OVER = Bug(
    name="a chunk may come before the one before it",
    after="local function chunk_remembered(call)\n",
    added="""
  local o = redis.call('HMGET', keys.operation(call.P, call.session - OPERATIONS), 'state', 'chunk')
  if tonumber(o[1] or 0) == RUNNING and call.n > tonumber(o[2]) then return nil end
""",
)

CHUNK_AFTER_THE_END = Bug(
    name="a chunk comes after its operation ended",
    after="local function chunk_remembered(call)\n",
    added="""
  local o = redis.call('HMGET', keys.operation(call.P, call.session - OPERATIONS), 'chunk')
  if o[1] and call.n == tonumber(o[1]) + 1 then return nil end
""",
)

CHUNKS = (CHUNK_TWICE, CHUNK_PASSED_OVER, CHUNK_AFTER_THE_END)

AUTHORS_REVIEW = Bug(
    name="who has made something may review it, too",
    after="function has_done(record, person)\n",
    added="  if true then return false end\n",
)

DECIDED_TWICE = Bug(
    name="a unit that was decided about may be decided about again",
    after="    local rejects = pending[one[1]]\n",
    added="    rejects = rejects or 0\n",
)

REVIEWING = (AUTHORS_REVIEW, DECIDED_TWICE)
