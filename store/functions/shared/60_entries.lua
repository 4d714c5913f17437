-- Entries: the record of a touched one, and the one place that keeps every index equal to it.
--
-- record {q = queue, c = class, p = rank, s = slots}; a slot is {state, person, token, cause, since, returned}:
--   QUEUED                 person and token of the last holder if `cause` is EXPIRED (they may still submit), else 0 0
--   ASSIGNED, IN_PROGRESS  the holder, their token; since = wall ms of the grant
--   RETURNED               the author, and as for QUEUED their last token
--   COMPLETED, DISCARDED   the author and their token
-- `cause` says how the slot came to be as it is: one word, for LEASE_LOST. returned = 1: a correction.
local entries = {}

local EXPIRED, RELEASED, REVOKED, GRANTED, SUBMITTED = 'expired', 'released', 'revoked', 'granted', 'submitted'

local function is_held(slot) return slot[1] == ASSIGNED or slot[1] == IN_PROGRESS end
local function is_finished(slot) return slot[1] == COMPLETED or slot[1] == DISCARDED end
local function free_slot() return { QUEUED, 0, 0, '', 0, 0 } end

function entries.load(P, entry)
  return unpacked(redis.call('HGET', keys.touched(P), entry))
end

function entries.untouched(queue, class, rank, slots)
  local record = { q = queue, c = class, p = rank, s = {} }
  for i = 1, slots do record.s[i] = free_slot() end
  return record
end

local function copied(record)
  local copy = { q = record.q, c = record.c, p = record.p, s = {} }
  for i, slot in ipairs(record.s) do
    copy.s[i] = { slot[1], slot[2], slot[3], slot[4], slot[5], slot[6] }
  end
  return copy
end

local function first_free(record)
  for i, slot in ipairs(record.s) do
    if slot[1] == QUEUED then return i end
  end
end

local function all_finished(record)
  for _, slot in ipairs(record.s) do
    if not is_finished(slot) then return false end
  end
  return true
end

-- The people who have a slot of the entry: those whom T names while it is in G.
local function people_of(record)
  local set = {}
  for _, slot in ipairs(record.s) do
    if slot[1] ~= QUEUED then set[slot[2]] = true end
  end
  return set
end

-- What one event changes in counts and lanes, gathered so that each is written once.
function entries.batch(P) return { P = P, counts = {}, lanes = {} } end

local function count(batch, queue, field, by)
  local of_queue = batch.counts[queue] or {}
  batch.counts[queue] = of_queue
  of_queue[field] = (of_queue[field] or 0) + by
end

local function lane_changed(batch, record)
  local of_queue = batch.lanes[record.q] or {}
  batch.lanes[record.q] = of_queue
  of_queue[record.c] = true
end

function entries.finish(batch)
  for queue, fields in pairs(batch.counts) do
    for field, by in pairs(fields) do
      if by ~= 0 then redis.call('HINCRBY', keys.counts(batch.P, queue), field, by) end
    end
  end
  for queue, classes in pairs(batch.lanes) do
    for class in pairs(classes) do lanes.refresh(batch.P, queue, class) end
  end
end

-- G and T: the entry is in G while it has a free slot, and then T of exactly its people has it too.
local function reindex(batch, entry, before, after)
  local P, record = batch.P, after or before
  local was = before and before.touched and first_free(before) ~= nil
  local is = after ~= nil and first_free(after) ~= nil
  if not was and not is then return end
  local score = score_of(record.p, entry)
  local G = keys.available(P, record.q, record.c)
  local old, now = was and people_of(before) or {}, is and people_of(after) or {}
  if is and not was then redis.call('ZADD', G, score, entry) end
  if was and not is then redis.call('ZREM', G, entry) end
  for person in pairs(old) do
    if not now[person] then redis.call('ZREM', keys.excluded(P, record.q, record.c, person), entry) end
  end
  for person in pairs(now) do
    if not old[person] then redis.call('ZADD', keys.excluded(P, record.q, record.c, person), score, entry) end
  end
end

local function drop_hold(P, record, entry, i, person)
  local held = keys.held(P, person, record.q)
  redis.call('ZREM', held, entry)
  if redis.call('EXISTS', held) == 0 then redis.call('SREM', keys.holding(P, person), record.q) end
  local member = entry .. ':' .. i
  redis.call('ZREM', keys.leases(P), member)
  redis.call('ZREM', keys.queue_leases(P, record.q), member)
end

local function add_hold(P, record, entry, person)
  redis.call('ZADD', keys.held(P, person, record.q), score_of(record.p, entry), entry)
  redis.call('SADD', keys.holding(P, person), record.q)
end

function entries.set_deadline(P, queue, entry, i, deadline)
  local member = entry .. ':' .. i
  redis.call('ZADD', keys.leases(P), deadline, member)
  redis.call('ZADD', keys.queue_leases(P, queue), deadline, member)
end

-- Holds, own lists and counts of one slot that was `b` and is `a`.
local function move_slot(batch, record, entry, i, b, a)
  local P = batch.P
  if is_held(b) and not (is_held(a) and a[2] == b[2]) then drop_hold(P, record, entry, i, b[2]) end
  if is_held(a) and not (is_held(b) and a[2] == b[2]) then add_hold(P, record, entry, a[2]) end
  if b[1] == RETURNED and a[1] ~= RETURNED then
    redis.call('ZREM', keys.own(P, b[2], record.q), entry)
  elseif a[1] == RETURNED and b[1] ~= RETURNED then
    redis.call('ZADD', keys.own(P, a[2], record.q), score_of(record.p, entry), entry)
  end
  if a[1] ~= b[1] then
    count(batch, record.q, STATE_WORDS[b[1]], -1)
    count(batch, record.q, STATE_WORDS[a[1]], 1)
  end
end

-- Replaces a record, and every index with it. `before.touched` is false for an entry that comes out
-- of a backlog; `after` has all its slots; a finished entry leaves Redis.
function entries.replace(batch, entry, before, after)
  for i, slot in ipairs(after.s) do move_slot(batch, after, entry, i, before.s[i], slot) end
  reindex(batch, entry, before, after)
  local was, is = first_free(before) ~= nil, first_free(after) ~= nil
  if was ~= is then count(batch, after.q, 'available', is and 1 or -1) end
  if all_finished(after) then redis.call('HDEL', keys.touched(batch.P), entry)
  else redis.call('HSET', keys.touched(batch.P), entry, cmsgpack.pack(after)) end
  lane_changed(batch, after)
end

-- Changes one slot of a touched entry: `edit(slot, record)` on a copy, then all indexes follow.
function entries.edit(batch, entry, i, edit)
  local before = entries.load(batch.P, entry)
  before.touched = true
  local after = copied(before)
  edit(after.s[i], after)
  entries.replace(batch, entry, before, after)
end

-- How the slot of a task that ended without being submitted is from now on: a correction waits for
-- its author again, unless it must go to the pool.
local function give_back(slot, cause, wall, to_pool)
  local keeps_author = slot[6] == 1 and not to_pool
  local remembers = cause == EXPIRED
  slot[1] = keeps_author and RETURNED or QUEUED
  if not keeps_author and not remembers then slot[2] = 0 end
  if not remembers then slot[3] = 0 end
  if not keeps_author then slot[6] = 0 end
  slot[4], slot[5] = cause, wall
end

-- Why a token no longer holds its task: the detail of `lease_lost`.
local function lost(call, slot, cause)
  local holder = slot and is_held(slot) and slot[2] or 0
  local since = slot and slot[5] or 0
  return negative(call, 'lease_lost', cmsgpack.pack({ cause = cause, holder = holder, since = since }))
end

-- The slot that `person` holds under `token`, or a refusal.
local function held_slot(call, record, i, person, token)
  local slot = record.s[i]
  if not slot or is_finished(slot) then return nil, negative(call, 'not_found', 'task') end
  if not is_held(slot) then return nil, lost(call, slot, slot[4]) end
  if slot[2] ~= person.number then return nil, lost(call, slot, GRANTED) end
  if slot[3] ~= token then return nil, lost(call, slot, 'superseded') end
  if token < person.fence then return nil, lost(call, slot, 'fenced') end
  return slot, nil
end

-- Whose lease it is that a call is about: record, person, slot, or a refusal.
local function leased(call, arg)
  local person = people.load(call.P, arg.person)
  if not person then return { refusal = negative(call, 'not_found', 'person') } end
  local record = entries.load(call.P, arg.entry)
  if not record then return { refusal = negative(call, 'not_found', 'task') } end
  local i = tonumber(arg.slot)
  local slot, refusal = held_slot(call, record, i, person, tonumber(arg.token))
  return { person = person, record = record, i = i, slot = slot, refusal = refusal,
    entry = tonumber(arg.entry) }
end
