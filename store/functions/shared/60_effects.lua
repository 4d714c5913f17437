-- Effects: the one place that keeps every index equal to the records of the entries.
local effects = {}

-- One event happens at a time: its batch is the same table, made anew.
local the_batch = { queues = {} }

-- The people who may not take the entry: they have a slot of it, have skipped it, or made what it is about.
local function barred_from(record)
  local set = {}
  for _, slot in ipairs(record.s) do
    if slot[1] ~= QUEUED and slot[1] ~= REMOVED then set[slot[2]] = true end
  end
  for _, person in ipairs(record.x or NONE) do set[person] = true end
  for _, person in ipairs(record.a or NONE) do set[person] = true end
  for _, person in ipairs(record.w or NONE) do set[person] = true end
  return set
end

-- Those whom T names while it is in G: they may not take it, or it was cleared from them.
local function people_of(record)
  local set = barred_from(record)
  for _, person in ipairs(record.f or NONE) do set[person] = true end
  return set
end

-- Those who may have it after all else: it was cleared from them, and nothing else keeps it from them.
local function soft_of(record)
  local set, barred = {}, barred_from(record)
  for _, person in ipairs(record.f or NONE) do set[person] = not barred[person] or nil end
  return set
end

-- It was cleared from somebody.
local function cleared_from(record, person)
  local people = { person }
  for _, one in ipairs(record.f or NONE) do
    if one ~= person then people[#people + 1] = one end
  end
  record.f = people
end

-- Somebody leases the entry: whom else it was cleared from may have it as if it had not been.
local function leased_by(record, person)
  if not record.f then return end
  local kept = {}
  for _, one in ipairs(record.f) do
    if one == person then kept[1] = one end
  end
  record.f = kept[1] and kept or nil
end

-- The effects of one event. Records are edited in memory; `finish` then compares each with what it was
-- and brings every index after it, one command a key: an event is about 500 tasks at most.
-- `tasks`: lists that begin with the entry. An event about one task is the usual case, and its tables would
-- cost more than its commands: they are sent at once instead of being gathered.
function effects.begin(P, tasks)
  if #tasks > 1 then
    entries.fetch(P, tasks)
    writes.gathering = true   -- until `finish`
  end
  local batch = the_batch
  batch.P, batch.queues = P, emptied(batch.queues)
  batch.edits, batch.fronts, batch.waiting = false, false, false
  batch.holder, batch.holder_queue, batch.dropped, batch.lanes, batch.left = false, false, false, false, false
  return batch
end

-- What a batch knows of a queue: its rules, and the leases that run on (deadline, task, …), which two keys have. Where
-- leases end together, `together` {person, deadline} runs on.
function effects.of_queue(batch, number)
  local queue = batch.queues[number]
  if not queue then
    queue = { number = number, rules = queues.load(batch.P, number), P = batch.P, running = false, together = false }
    batch.queues[number] = queue
  end
  return queue
end

-- An edit: entries whose record was `before` and is `after`. What is in a field of `after` is that of
-- `before`: put a new value, never change one; only the list of slots is its own. gone (may be set): they
-- leave the queue.
local function edit_of(entry, before, after)
  return { entries = { entry }, before = before, after = after, gone = false, fresh = false }
end

local function copy_of(before)
  local after = { q = false, c = false, p = false, s = false }   -- room for the usual ones
  for field, content in pairs(before) do after[field] = content end
  after.s = { unpack(before.s) }
  return after
end

-- The edit of an entry; `record` is given where entries.load has none.
function effects.open(batch, entry, record)
  batch.edits = batch.edits or {}
  local edit = batch.edits[entry]
  if not edit then
    record = record or entries.load(batch.P, entry)
    edit = edit_of(entry, record, copy_of(record))
    batch.edits[entry] = edit
  end
  return edit
end

-- The edit in `edits` of an entry that nobody has touched. One stands for all of a lane and rank, because
-- they become the same record; or for those of them of which `like` is the same.
local function open_fresh(edits, queue, entry, class, rank, like)
  local lane = class * RANKS + rank
  if like then lane = like .. '/' .. lane end
  local edit = edits[lane]
  if edit then
    edit.entries[#edit.entries + 1] = entry
    return edit
  end
  edit = edit_of(entry, entries.untouched(queue.number, class, rank, queue.slots),
    entries.untouched(queue.number, class, rank, queue.slots))
  edit.fresh, edits[lane] = true, edit
  return edit
end

-- The edit of an entry that leads its backlog, untouched, and comes out of it.
function effects.open_untouched(batch, queue, entry, class, rank)
  batch.fronts = batch.fronts or {}
  return open_fresh(batch.fronts, queue, entry, class, rank)
end

-- The edit of an entry that waits, untouched, anywhere in its backlog, and comes out of it.
function effects.open_waiting(batch, queue, entry, class, rank, like)
  batch.waiting = batch.waiting or {}
  return open_fresh(batch.waiting, queue, entry, class, rank, like)
end

-- A slot of a touched entry to be changed, and its record.
function effects.edit(batch, entry, i)
  local record = effects.open(batch, entry).after
  record.s[i] = { unpack(record.s[i]) }
  return record.s[i], record
end

-- The person's lease on the task runs until then; in a queue with batches all they hold there does.
function effects.set_deadline(queue, entry, i, deadline, person)
  if queue.rules.batch_size > 0 then
    queue.together = { person, deadline }
    return
  end
  if writes.gathering and not writes.run then
    local running = queue.running or {}
    running[#running + 1], running[#running + 2] = deadline, task_name(entry, i)
    queue.running = running
    return
  end
  local name = task_name(entry, i)
  writes.rank(keys.leases(queue.P), deadline, name)
  writes.rank(keys.queue_leases(queue.P, queue.number), deadline, name)
end

local function end_lease(queue, entry, i)
  if queue.rules.batch_size > 0 then return end
  local name = task_name(entry, i)
  writes.unrank(keys.leases(queue.P), name)
  writes.unrank(keys.queue_leases(queue.P, queue.number), name)
end

-- Puts the entries of an edit into a sorted set by their scores, or takes them out of it.
local function enter(key, edit)
  writes.rank_all(key, edit.after.p, edit.entries)
end

local function leave(key, edit)
  local list = edit.entries
  for n = 1, #list do writes.unrank(key, list[n]) end
end

-- Whether the lane's head in G may be another one after entries came or went: not if this call has seen
-- that one of a lower score leads.
local function may_lead(queue, class, score)
  local heads = seen.heads[queue]
  local lane = heads and heads[class]
  return not (lane and lane.g and lane.g < score)
end

-- The entries leave the sets (one a person) of whom `old` names only, and enter those of whom `now` does.
local function follow(P, edit, set_of, old, now)
  local queue, class = edit.after.q, edit.after.c
  for person in pairs(old) do
    if not now[person] then leave(set_of(P, queue, class, person), edit) end
  end
  for person in pairs(now) do
    if not old[person] then enter(set_of(P, queue, class, person), edit) end
  end
end

-- G and T: the entry is in G while it has a free slot, and then T of exactly its people has it too.
local function reindex(batch, edit, was, is)
  local P, queue, class = batch.P, edit.after.q, edit.after.c
  local old, now = was and people_of(edit.before) or NONE, is and people_of(edit.after) or NONE
  if is ~= was then
    local G = keys.available(P, queue, class)
    if is then enter(G, edit) else leave(G, edit) end
    if may_lead(queue, class, score_of(edit.after.p, edit.entries[1])) then
      batch.lanes = batch.lanes or {}
      batch.lanes[G] = { queue, class }
    end
  end
  follow(P, edit, keys.excluded, old, now)
  if edit.before.f or edit.after.f then
    follow(P, edit, keys.soft, was and soft_of(edit.before) or NONE, is and soft_of(edit.after) or NONE)
  end
end

-- A recall goes through a person's holds by their scores: what has another one may be behind it by then.
local function recall_anew(P, person)
  if redis.call('HEXISTS', keys.recalls(P), person) == 1 then redis.call('HSET', keys.recalls(P), person, '') end
end

-- The entry has another priority: every sorted set that it stays in has it by its new score.
local function rerank(batch, edit, is_free)
  local P, queue, class = batch.P, edit.after.q, edit.after.c
  if is_free then
    local G = keys.available(P, queue, class)
    enter(G, edit)
    for person in pairs(people_of(edit.after)) do enter(keys.excluded(P, queue, class, person), edit) end
    for person in pairs(soft_of(edit.after)) do enter(keys.soft(P, queue, class, person), edit) end
    batch.lanes = batch.lanes or {}
    batch.lanes[G] = { queue, class }
  end
  for _, slot in ipairs(edit.after.s) do
    if HELD[slot[1]] then
      enter(keys.held(P, slot[2], queue), edit)
      recall_anew(P, slot[2])
    elseif slot[1] == RETURNED then enter(keys.own(P, slot[2], queue), edit) end
  end
end

-- The person holds it no more; `moved`: somebody else does, whose lease has taken the place of theirs.
local function drop_hold(batch, queue, edit, i, person, moved)
  local held = keys.held(batch.P, person, queue.number)
  leave(held, edit)
  for n = 1, moved and 0 or #edit.entries do end_lease(queue, edit.entries[n], i) end
  batch.dropped = batch.dropped or {}
  batch.dropped[held] = { person, queue }
end

-- So many tasks are now in this state, or are no longer. Tasks that wait are not counted: they are what is
-- left of all.
function effects.count(queue, state, by)
  if state ~= QUEUED and state ~= NOT_YET then writes.count(keys.counts(queue.P, queue.number), STATE_WORDS[state], by) end
end

-- How many entries an own list has also stands in its person's hash, which Reserve reads anyway.
local function count_own(P, person, queue, by)
  local field = 'own' .. text(queue)
  if redis.call('HINCRBY', keys.person(P, person), field, by) == 0 then
    redis.call('HDEL', keys.person(P, person), field)
  end
end

-- Holds, own lists and counts of one slot that was `b` and is `a`.
local function move_slot(batch, queue, edit, i, b, a)
  local P, was_held, is_held = batch.P, HELD[b[1]], HELD[a[1]]
  local moved = was_held and is_held and a[2] ~= b[2]
  if was_held and not is_held or moved then drop_hold(batch, queue, edit, i, b[2], moved) end
  if is_held and not was_held or moved then
    enter(keys.held(P, a[2], queue.number), edit)
    leased_by(edit.after, a[2])
    batch.holder, batch.holder_queue = a[2], queue.number
  end
  if b[1] == RETURNED then
    leave(keys.own(P, b[2], queue.number), edit)
    count_own(P, b[2], queue.number, -#edit.entries)
  end
  if a[1] == RETURNED then
    enter(keys.own(P, a[2], queue.number), edit)
    count_own(P, a[2], queue.number, #edit.entries)
  end
end

-- The state a slot counts as: a free one of an escalated item is ESCALATED.
local function counts_as(record, slot)
  return slot[1] == QUEUED and record.e and ESCALATED or slot[1]
end

-- Of which entries the background is to know whether anybody is left who may do them: it looks at those
-- that have become free, or that one more has skipped.
function effects.follow_skips(batch, edit, freed, leaves)
  if #(edit.after.x or NONE) < #(edit.before.x or NONE) then gain(edit.after.q) end
  local is = edit.after.x and not edit.after.e and not leaves
  local look = is and (freed or edit.after.x ~= edit.before.x)
  for n = 1, #edit.entries do
    local entry = edit.entries[n]
    if is then redis.call('ZADD', keys.skipped(batch.P), entry, entry)
    else redis.call('ZREM', keys.skipped(batch.P), entry) end
    if look then redis.call('HSET', keys.looks(batch.P), entry, 0) end
  end
end

-- Takes an entry whose record was written before its queue was cleared out of the indexes of that time.
function effects.leave_cleared(P, entry)
  local old = seen.stale and seen.stale[entry]
  if not old then return end
  seen.stale[entry] = nil
  redis.call('ZREM', keys.available(P, old.q, old.c, old.n or 0), entry)
  for person in pairs(people_of(old)) do
    redis.call('ZREM', keys.excluded(P, old.q, old.c, person, old.n or 0), entry)
    redis.call('ZREM', keys.soft(P, old.q, old.c, person, old.n or 0), entry)
  end
end

-- Entries leave Redis; when is remembered of the newest, for who brings one back (see named.load).
local function note_left(batch, list)
  batch.left = true
  for n = 1, #list do writes.rank(keys.left(batch.P), seen.seq, list[n]) end
end

-- Only the newest are remembered.
function effects.trim_left(P)
  if writes.run then writes.run.left = true
  else redis.call('ZREMRANGEBYRANK', keys.left(P), 0, -MAX_LEFT - 1) end
end

-- Notes the record of the entries of an edit; finished ones leave Redis.
local function keep(batch, edit, leaves)
  local n = generation(batch.P, edit.after.q)
  edit.after.n = n > 0 and n or nil
  if seen.stale then
    for _, entry in ipairs(edit.entries) do effects.leave_cleared(batch.P, entry) end
  end
  local packed, list, key = not leaves and cmsgpack.pack(edit.after), edit.entries, keys.touched(batch.P)
  if leaves and not edit.after.of then note_left(batch, list) end
  for n = 1, #list do
    seen.records[list[n]] = not leaves and edit.after
    if leaves then writes.drop(key, list[n]) end
  end
  if packed then writes.put_all(key, list, packed) end
end

-- Who finishes a task of an escalated item has brought it back.
function effects.back_by_status(edit)
  for i, slot in ipairs(edit.after.s) do
    if FINISHED[slot[1]] and not FINISHED[edit.before.s[i][1]] then edit.after.e = nil end
  end
end

-- How many units of a review task wait for its person, or are held by them.
local function weight_of(record)
  local slot = record.s[1]
  return (HELD[slot[1]] or slot[1] == RETURNED) and #record.u or 0
end

-- What is counted of people's reviews, and until when one waits for its person only.
local function follow_review(P, edit, leaves)
  local before, after, key = edit.before, edit.after, keys.review_load(P, edit.after.q)
  local old, now = weight_of(before), weight_of(after)
  if old > 0 then writes.count(key, before.s[1][2], -old) end
  if now > 0 then writes.count(key, after.s[1][2], now) end
  if leaves then writes.unrank(keys.falling(P), edit.entries[1]) end
  local came, went = before.s[1][1] == NOT_YET and 1 or 0, leaves and 1 or 0
  local of_reviewers = math.floor(after.q / STAGE) == REVIEW
  if of_reviewers and came ~= went then reviews.press(P, after.q % STAGE, came - went) end
end

local function settle(batch, edit)
  if edit.after.e then effects.back_by_status(edit) end
  local before, after = edit.before.s, edit.after.s
  local queue = effects.of_queue(batch, edit.after.q)
  local was_free, is_free, finished = false, false, true
  for i = 1, #after do
    local b, a = before[i], after[i]
    if a[1] ~= b[1] or a[2] ~= b[2] then move_slot(batch, queue, edit, i, b, a) end
    local was, is = counts_as(edit.before, b), counts_as(edit.after, a)
    if was ~= is then
      effects.count(queue, was, -#edit.entries)
      effects.count(queue, is, #edit.entries)
      if is == QUEUED or is == RETURNED then gain(queue.number) end
    end
    was_free, is_free = was_free or was == QUEUED, is_free or is == QUEUED
    finished = finished and ENDED[a[1]]
  end
  was_free = was_free and not edit.fresh and not edit.before.o
  is_free = is_free and not edit.after.o
  if was_free or is_free then reindex(batch, edit, was_free, is_free) end
  if edit.after.p ~= edit.before.p and not edit.fresh then rerank(batch, edit, is_free) end
  if edit.after.of then follow_review(batch.P, edit, edit.gone or finished) end
  if edit.after.src then qa.follow(batch.P, edit, edit.gone or finished) end
  if edit.before.x or edit.after.x then effects.follow_skips(batch, edit, is_free and not was_free, edit.gone or finished) end
  keep(batch, edit, edit.gone or finished)
end

-- Takes untouched entries out of their backlog.
local function take_front(batch, edit)
  local record = edit.before
  lanes.take_front(batch.P, record.q, record.c, record.p, edit.entries)
  local follower = seen.followers[edit.entries[#edit.entries]]
  lanes.refresh_backlog(batch.P, record.q, record.c, record.p, follower)
end

local function take_out(batch, edit)
  local record = edit.before
  lanes.bury(batch.P, record.q, record.c, record.p, edit.entries)
end

-- The person has one hold less in a queue, in which all end `together` or not: maybe none.
function effects.settle_hold(P, held, person, queue, together)
  if writes.run then
    writes.run.holds[held] = { person, queue, together }
  elseif redis.call('EXISTS', held) == 0 then
    redis.call('SREM', keys.holding(P, person), queue)
    if together then end_together(P, queue, person) end
  end
end

-- Of whom the person holds in which queues: a set that follows the held lists.
local function settle_holding(batch)
  if batch.holder and not holds then writes.join(keys.holding(batch.P, batch.holder), batch.holder_queue) end
  for held, whose in pairs(batch.dropped or NONE) do
    effects.settle_hold(batch.P, held, whose[1], whose[2].number, whose[2].rules.batch_size > 0)
  end
end

function effects.finish(batch)
  local P = batch.P
  for _, edit in pairs(batch.edits or NONE) do settle(batch, edit) end
  for _, edit in pairs(batch.fronts or NONE) do
    settle(batch, edit)
    take_front(batch, edit)
  end
  for _, edit in pairs(batch.waiting or NONE) do
    settle(batch, edit)
    take_out(batch, edit)
  end
  for number, queue in pairs(batch.queues) do
    if queue.together then run_together(P, number, unpack(queue.together)) end
    if queue.running then
      redis.call('ZADD', keys.leases(P), unpack(queue.running))
      redis.call('ZADD', keys.queue_leases(P, number), unpack(queue.running))
    end
  end
  if not writes.run then writes.flush() end
  if batch.left then effects.trim_left(P) end
  settle_holding(batch)
  for _, lane in pairs(batch.lanes or NONE) do lanes.refresh_available(P, lane[1], lane[2]) end
end

-- A replay's run of events: their writes are gathered, and what follows from them is settled once, when it ends.
function effects.begin_run()
  writes.run = { holds = {}, available = {}, backlogs = {}, left = false }
end

function effects.end_run(P)
  local run = writes.run
  writes.flush()
  writes.run = false
  if run.left then effects.trim_left(P) end
  for held, whose in pairs(run.holds) do effects.settle_hold(P, held, unpack(whose)) end
  lanes.refresh_all(P, run.available, run.backlogs)
end

-- An entry with free slots besides the one that its first holder leases comes into G.
function effects.open_further(P, queue, class, person, score, entry)
  writes.rank(keys.available(P, queue, class), score, entry)
  writes.rank(keys.excluded(P, queue, class, person), score, entry)
  if may_lead(queue, class, score) then lanes.refresh_available(P, queue, class) end
end

-- The commonest event by far, one task that nobody has touched is leased in a queue without batches: what an
-- edit of it comes to, without the tables of an edit. task: {entry, slot, class, rank}.
function effects.lease_untouched(P, queue, task, granted, deadline)
  local entry, i, class, rank = task[1], task[2], task[3], task[4]
  local number, person, name = queue.number, granted[2], task_name(entry, i)
  local record, score, n = entries.untouched(number, class, rank, queue.slots), score_of(rank, entry), generation(P, number)
  record.s[i], record.n, seen.records[entry] = granted, n > 0 and n or nil, record
  writes.put(keys.touched(P), entry, cmsgpack.pack(record))
  writes.rank(keys.held(P, person, number), score, entry)
  if not holds then writes.join(keys.holding(P, person), number) end
  if queue.slots > 1 then effects.open_further(P, number, class, person, score, entry) end
  lanes.take_front(P, number, class, rank, { entry })
  lanes.refresh_backlog(P, number, class, rank, seen.followers[entry])
  writes.rank(keys.leases(P), deadline, name)
  writes.rank(keys.queue_leases(P, number), deadline, name)
  writes.count(keys.counts(P, number), 'assigned', 1)
end

-- How the slot of a task that ended without being submitted is from now on: a correction waits for
-- its author again, unless it must go to the pool.
local function give_back(slot, cause, wall, to_pool)
  local keeps_author = slot[6] == CORRECTION and not to_pool
  local remembers = cause == EXPIRED
  slot[1] = keeps_author and RETURNED or QUEUED
  if not keeps_author and not remembers then slot[2] = 0 end
  if not remembers then slot[3] = 0 end
  if not keeps_author then slot[6] = 0 end
  slot[4], slot[5], slot[7], slot[8] = cause, wall, nil, nil
end

-- What is not finished of an entry ends, and it leaves the queue.
function effects.remove(edit)
  edit.gone = true
  for i, slot in ipairs(edit.after.s) do
    if not FINISHED[slot[1]] then edit.after.s[i] = { REMOVED, 0, 0, 'removed', 0, 0 } end
  end
end

-- Who may do what has changed: of what was skipped it is looked again whether anybody is left for it.
function effects.look_again(P)
  if redis.call('EXISTS', keys.skipped(P)) == 1 then redis.call('HSET', keys.totals(P), 'looks_from', 0) end
end
