-- Effects: the one place that keeps every index equal to the records of the entries.
local effects = {}

-- The people who have a slot of the entry: those whom T names while it is in G.
local function people_of(record)
  local set = {}
  for _, slot in ipairs(record.s) do
    if slot[1] ~= QUEUED then set[slot[2]] = true end
  end
  return set
end

-- The effects of one event. Records are edited in memory; `finish` then compares each with what it was
-- and brings every index after it, one command a key: an event is about 500 tasks at most.
-- `tasks`: lists that begin with the entry.
function effects.begin(P, tasks)
  if #tasks > 1 then entries.fetch(P, tasks) end
  return { P = P, touched = keys.touched(P), edits = {}, queues = {},
    ZADD = {}, ZREM = {}, HSET = {}, HDEL = {} }
end

-- What a batch knows of a queue: how many of its tasks change state, and the leases that run on (deadline,
-- task, …) or end (task, …).
function effects.of_queue(batch, number)
  local queue = batch.queues[number]
  if not queue then
    queue = { number = number, counts = {}, running = {}, ended = {} }
    batch.queues[number] = queue
  end
  return queue
end

-- Opens an entry for editing. Its slots are still those of `before`: put a new one, never change one.
-- fresh: nobody has touched it. gone (may be set): it leaves the queue.
local function open_as(batch, entry, before, fresh)
  local record = { q = before.q, c = before.c, p = before.p, s = { unpack(before.s) } }
  batch.edits[entry] = { before = before, after = record, fresh = fresh, gone = false }
  return record
end

local function opened(batch, entry)
  local edit = batch.edits[entry]
  return edit and edit.after or open_as(batch, entry, entries.load(batch.P, entry), false)
end

-- A slot of a touched entry to be changed, and its record.
function effects.edit(batch, entry, i)
  local record = opened(batch, entry)
  record.s[i] = { unpack(record.s[i]) }
  return record.s[i], record
end

-- Puts arguments at the end of the one command on a key that `flush` sends.
local function write(batch, command, key, first, second)
  local arguments = batch[command][key]
  if arguments then
    arguments[#arguments + 1] = first
    if second then arguments[#arguments + 1] = second end
  else
    batch[command][key] = { command, key, first, second }
  end
end

-- No member is both removed from and added to one key by one event, so the order does not matter.
local function flush(commands)
  for _, arguments in pairs(commands) do redis.call(unpack(arguments)) end
end

local function count(queue, state, by)
  queue.counts[state] = (queue.counts[state] or 0) + by
end

-- G and T: the entry is in G while it has a free slot, and then T of exactly its people has it too.
local function reindex(batch, entry, edit, queue, was, is)
  local before, after = edit.before, edit.after
  local P, class, score = batch.P, after.c, score_of(after.p, entry)
  local old, now = was and people_of(before) or {}, is and people_of(after) or {}
  if is ~= was then
    local G = keys.available(P, queue.number, class)
    if is then write(batch, 'ZADD', G, score, entry) else write(batch, 'ZREM', G, entry) end
    batch.lanes = batch.lanes or {}
    batch.lanes[G] = { queue.number, class }
  end
  for person in pairs(old) do
    if not now[person] then write(batch, 'ZREM', keys.excluded(P, queue.number, class, person), entry) end
  end
  for person in pairs(now) do
    if not old[person] then write(batch, 'ZADD', keys.excluded(P, queue.number, class, person), score, entry) end
  end
end

local function held_key(batch, person, queue)
  local last = batch.held
  if last and last.person == person and last.queue == queue then return last.key end
  batch.held = { person = person, queue = queue, key = keys.held(batch.P, person, queue) }
  return batch.held.key
end

local function drop_hold(batch, queue, entry, i, person)
  local held = held_key(batch, person, queue.number)
  write(batch, 'ZREM', held, entry)
  queue.ended[#queue.ended + 1] = task_name(entry, i)
  batch.dropped = batch.dropped or {}
  batch.dropped[held] = { person, queue.number }
end

function effects.set_deadline(queue, entry, i, deadline)
  local running = queue.running
  running[#running + 1] = deadline
  running[#running + 1] = task_name(entry, i)
end

-- Holds, own lists and counts of one slot that was `b` and is `a`.
local function move_slot(batch, queue, record, entry, i, b, a)
  local was_held, is_now = HELD[b[1]], HELD[a[1]]
  if was_held and not is_now then
    drop_hold(batch, queue, entry, i, b[2])
  elseif is_now and not was_held then
    write(batch, 'ZADD', held_key(batch, a[2], queue.number), score_of(record.p, entry), entry)
    batch.holder, batch.holder_queue = a[2], queue.number
  end
  if b[1] == RETURNED then
    write(batch, 'ZREM', keys.own(batch.P, b[2], queue.number), entry)
  elseif a[1] == RETURNED then
    write(batch, 'ZADD', keys.own(batch.P, a[2], queue.number), score_of(record.p, entry), entry)
  end
  count(queue, b[1], -1)
  count(queue, a[1], 1)
end

local function settle_entry(batch, entry, edit)
  local before, record = edit.before.s, edit.after
  local after, queue = record.s, effects.of_queue(batch, record.q)
  local was_free, is_free, finished = false, false, true
  for i = 1, #after do
    local b, a = before[i], after[i]
    if a[1] ~= b[1] then move_slot(batch, queue, record, entry, i, b, a) end
    was_free = was_free or b[1] == QUEUED
    is_free = is_free or a[1] == QUEUED
    finished = finished and FINISHED[a[1]]
  end
  was_free = was_free and not edit.fresh
  if was_free or is_free then reindex(batch, entry, edit, queue, was_free, is_free) end
  if edit.gone or finished then write(batch, 'HDEL', batch.touched, entry)
  else write(batch, 'HSET', batch.touched, entry, cmsgpack.pack(record)) end
end

-- Of whom the person holds in which queues: a set that follows the held lists.
local function settle_holding(batch)
  local P = batch.P
  if batch.holder then redis.call('SADD', keys.holding(P, batch.holder), batch.holder_queue) end
  for held, whose in pairs(batch.dropped or {}) do
    if redis.call('EXISTS', held) == 0 then redis.call('SREM', keys.holding(P, whose[1]), whose[2]) end
  end
end

local function settle_leases(P, queue)
  if #queue.running > 0 then
    redis.call('ZADD', keys.leases(P), unpack(queue.running))
    redis.call('ZADD', keys.queue_leases(P, queue.number), unpack(queue.running))
  end
  if #queue.ended > 0 then
    redis.call('ZREM', keys.leases(P), unpack(queue.ended))
    redis.call('ZREM', keys.queue_leases(P, queue.number), unpack(queue.ended))
  end
end

-- Takes the event's untouched entries out of their backlogs, lane by lane.
local function take_fronts(batch)
  for _, front in pairs(batch.fronts or {}) do
    lanes.take_front(batch.P, front.queue, front.class, front.rank, front.entries)
    lanes.refresh_backlog(batch.P, front.queue, front.class, front.rank)
  end
end

local function settle_counts(P, queue)
  for state, by in pairs(queue.counts) do
    if by ~= 0 then redis.call('HINCRBY', keys.counts(P, queue.number), STATE_WORDS[state], by) end
  end
end

function effects.finish(batch)
  for entry, edit in pairs(batch.edits) do settle_entry(batch, entry, edit) end
  take_fronts(batch)
  flush(batch.ZADD)
  flush(batch.ZREM)
  flush(batch.HSET)
  flush(batch.HDEL)
  settle_holding(batch)
  for _, queue in pairs(batch.queues) do
    settle_leases(batch.P, queue)
    settle_counts(batch.P, queue)
  end
  for _, lane in pairs(batch.lanes or {}) do lanes.refresh_available(batch.P, lane[1], lane[2]) end
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

