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

-- The effects of one event. Records are read once and edited in memory; `finish` then compares each
-- with what it was and brings every index after it, one command a key.
function entries.batch(P)
  return { P = P, before = {}, after = {}, order = {}, counts = {}, fronts = {}, lanes = {}, writes = {} }
end

-- An entry's record, to be edited. `untouched`: what it is if nobody has touched it yet.
local function opened(batch, entry, untouched)
  if batch.after[entry] then return batch.after[entry] end
  local before = entries.load(batch.P, entry)
  if before then before.touched = true else before = untouched() end
  batch.before[entry], batch.after[entry] = before, copied(before)
  batch.order[#batch.order + 1] = entry
  return batch.after[entry]
end

-- Changes one slot of a touched entry.
function entries.edit(batch, entry, i, edit)
  local record = opened(batch, entry)
  edit(record.s[i], record)
end

-- Puts arguments at the end of one command on one key, which `flush` sends.
local function write(batch, command, key, ...)
  local commands = batch.writes[command] or {}
  batch.writes[command] = commands
  local arguments = commands[key] or {}
  commands[key] = arguments
  for _, argument in ipairs({ ... }) do arguments[#arguments + 1] = argument end
end

-- No member is both removed from and added to one key by one event, so the order does not matter.
local function flush(batch)
  for command, commands in pairs(batch.writes) do
    for key, arguments in pairs(commands) do
      for from = 1, #arguments, 1000 do
        redis.call(command, key, unpack(arguments, from, math.min(from + 999, #arguments)))
      end
    end
  end
end

local function count(batch, queue, state, by)
  local of_queue = batch.counts[queue] or {}
  batch.counts[queue] = of_queue
  of_queue[state] = (of_queue[state] or 0) + by
end

-- G and T: the entry is in G while it has a free slot, and then T of exactly its people has it too.
local function reindex(batch, entry, before, after)
  local was, is = before.touched and first_free(before) ~= nil, first_free(after) ~= nil
  if not was and not is then return end
  local P, queue, class, score = batch.P, after.q, after.c, score_of(after.p, entry)
  local old, now = was and people_of(before) or {}, is and people_of(after) or {}
  if is ~= was then
    local G = keys.available(P, queue, class)
    if is then write(batch, 'ZADD', G, score, entry) else write(batch, 'ZREM', G, entry) end
    batch.lanes[G] = { queue, class }
  end
  for person in pairs(old) do
    if not now[person] then write(batch, 'ZREM', keys.excluded(P, queue, class, person), entry) end
  end
  for person in pairs(now) do
    if not old[person] then write(batch, 'ZADD', keys.excluded(P, queue, class, person), score, entry) end
  end
end

local function drop_hold(batch, record, entry, i, person)
  local P, member = batch.P, entry .. ':' .. i
  write(batch, 'ZREM', keys.held(P, person, record.q), entry)
  write(batch, 'ZREM', keys.leases(P), member)
  write(batch, 'ZREM', keys.queue_leases(P, record.q), member)
  batch.dropped = batch.dropped or {}
  batch.dropped[keys.held(P, person, record.q)] = { person, record.q }
end

function entries.set_deadline(batch, queue, entry, i, deadline)
  local member = entry .. ':' .. i
  write(batch, 'ZADD', keys.leases(batch.P), deadline, member)
  write(batch, 'ZADD', keys.queue_leases(batch.P, queue), deadline, member)
end

-- Holds, own lists and counts of one slot that was `b` and is `a`.
local function move_slot(batch, record, entry, i, b, a)
  if a[1] == b[1] then return end
  local P = batch.P
  if is_held(b) and not is_held(a) then drop_hold(batch, record, entry, i, b[2]) end
  if is_held(a) and not is_held(b) then
    write(batch, 'ZADD', keys.held(P, a[2], record.q), score_of(record.p, entry), entry)
    batch.holder = { a[2], record.q }
  end
  if b[1] == RETURNED then
    write(batch, 'ZREM', keys.own(P, b[2], record.q), entry)
  elseif a[1] == RETURNED then
    write(batch, 'ZADD', keys.own(P, a[2], record.q), score_of(record.p, entry), entry)
  end
  count(batch, record.q, STATE_WORDS[b[1]], -1)
  count(batch, record.q, STATE_WORDS[a[1]], 1)
end

local function settle_entry(batch, entry)
  local before, after = batch.before[entry], batch.after[entry]
  for i, slot in ipairs(after.s) do move_slot(batch, after, entry, i, before.s[i], slot) end
  reindex(batch, entry, before, after)
  if after.gone or all_finished(after) then write(batch, 'HDEL', keys.touched(batch.P), entry)
  else write(batch, 'HSET', keys.touched(batch.P), entry, cmsgpack.pack({ q = after.q, c = after.c, p = after.p, s = after.s })) end
end

-- Of whom the person holds in which queues: a set that follows the held lists.
local function settle_holding(batch)
  local P = batch.P
  if batch.holder then redis.call('SADD', keys.holding(P, batch.holder[1]), batch.holder[2]) end
  for held, whose in pairs(batch.dropped or {}) do
    if redis.call('EXISTS', held) == 0 then redis.call('SREM', keys.holding(P, whose[1]), whose[2]) end
  end
end

-- Takes the event's untouched entries out of their backlogs, lane by lane.
local function take_fronts(batch)
  for _, front in pairs(batch.fronts) do
    lanes.take_front(batch.P, front.queue, front.class, front.rank, front.entries)
    lanes.refresh_backlog(batch.P, front.queue, front.class, front.rank)
  end
end

function entries.finish(batch)
  for _, entry in ipairs(batch.order) do settle_entry(batch, entry) end
  take_fronts(batch)
  flush(batch)
  settle_holding(batch)
  for queue, states in pairs(batch.counts) do
    for state, by in pairs(states) do
      if by ~= 0 then redis.call('HINCRBY', keys.counts(batch.P, queue), state, by) end
    end
  end
  for _, lane in pairs(batch.lanes) do lanes.refresh_available(batch.P, lane[1], lane[2]) end
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
