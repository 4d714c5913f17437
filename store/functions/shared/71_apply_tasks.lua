-- Effects of events about leases and tasks.

-- A batch was given: so many has the queue issued.
local function issue(P, queue) redis.call('HINCRBY', keys.queue(P, queue), 'batches', 1) end

function effects.granted_slot(event)
  return { ASSIGNED, event.body.person, event.seq, GRANTED, event.wall, 0, 0, 0 }
end

local function grant(batch, event, tasks)
  local P, b = batch.P, event.body
  local queue, of_queue, granted = queues.load(P, b.queue), effects.of_queue(batch, b.queue), effects.granted_slot(event)
  for n = 1, #tasks do
    local task = tasks[n]
    local entry, i = task[1], task[2]
    if entries.load(P, entry) then
      local slots = effects.open(batch, entry).after.s
      local returned = slots[i][6]
      slots[i] = { unpack(granted) }
      slots[i][6] = returned
    else
      effects.open_untouched(batch, queue, entry, task[3], task[4]).after.s[i] = granted
    end
    effects.set_deadline(of_queue, entry, i, b.deadline, b.person)
  end
end

function apply.granted(P, event)
  local b, queue = event.body, queues.load(P, event.body.queue)
  if #b.tasks == 1 and b.wide == 0 and queue.batch_size == 0 and not entries.load(P, b.tasks[1][1]) then
    effects.lease_untouched(P, queue, b.tasks[1], effects.granted_slot(event), b.deadline)
    return
  end
  local batch = effects.begin(P, b.tasks)
  grant(batch, event, b.tasks)
  if b.batch == 1 then issue(P, b.queue) end
  effects.finish(batch)
  if b.wide > 0 then
    redis.call('HSET', keys.served(P), b.queue, event.seq)
    stir(b.queue)
  end
end

-- One chosen task, started at once. Nobody need have touched it, wherever it waits.
function apply.picked(P, event)
  local b, batch = event.body, effects.begin(P, event.body.tasks)
  local entry, i, class, rank = unpack(b.tasks[1])
  local edit = entries.load(P, entry) and effects.open(batch, entry)
    or effects.open_waiting(batch, queues.load(P, b.queue), entry, class, rank)
  edit.after.s[i] = { IN_PROGRESS, b.person, event.seq, GRANTED, event.wall, edit.before.s[i][6], 0, event.clock }
  effects.set_deadline(effects.of_queue(batch, b.queue), entry, i, b.deadline, b.person)
  effects.finish(batch)
end

function apply.started(P, event)
  local b, batch = event.body, effects.begin(P, NONE)
  local slot = effects.edit(batch, b.entry, b.slot)
  slot[1], slot[8] = IN_PROGRESS, event.clock
  effects.set_deadline(effects.of_queue(batch, b.queue), b.entry, b.slot, b.deadline, b.person)
  effects.finish(batch)
end

function apply.renewed(P, event)
  local batch = effects.begin(P, event.body.tasks)
  for _, task in ipairs(event.body.tasks) do
    local slot, record = effects.edit(batch, task[1], task[2])
    if event.body.takeover == 1 then slot[3], slot[5], slot[7] = task[4], event.wall, 0 end
    slot[8] = event.clock
    effects.set_deadline(effects.of_queue(batch, record.q), task[1], task[2], task[3], event.body.person)
  end
  effects.finish(batch)
end

function apply.drafted(P, event)
  local b, batch = event.body, effects.begin(P, NONE)
  local slot = effects.edit(batch, b.entry, b.slot)
  slot[7], slot[8] = 1, event.clock
  effects.set_deadline(effects.of_queue(batch, b.queue), b.entry, b.slot, b.deadline, b.person)
  effects.finish(batch)
end

local function holds_any(P, person, queue)
  writes.flush()   -- in a replay others before it may have changed that
  return redis.call('EXISTS', keys.held(P, person, queue)) == 1
end

-- A late submission (late = 1) takes the free slot again and finishes it in this one event. In a queue with
-- batches it moves the deadline (0: elsewhere) of all they hold, if that is anything, and may bring them a batch.
function apply.submitted(P, event)
  local b = event.body
  local slot = { b.state, b.person, b.token, SUBMITTED, event.wall, 0 }
  if #b.refill == 0 and b.state ~= IN_REVIEW and effects.finish_held(P, b.entry, b.slot, slot) then return end
  local made = b.review.reviews or NONE
  local batch = effects.begin(P, #made > 1 and made or b.refill)
  local record = effects.open(batch, b.entry).after
  record.s[b.slot] = slot
  if b.state == IN_REVIEW then reviews.open_round(batch, event, record)
  elseif record.v then reviews.close(record, b.slot) end
  if b.late == 1 then leased_by(record, b.person) end
  if #b.refill > 0 then
    grant(batch, event, b.refill)
    issue(P, b.queue)
  end
  if b.deadline > 0 and (b.late == 0 or #b.refill > 0 or holds_any(P, b.person, b.queue)) then
    effects.of_queue(batch, b.queue).together = { b.person, b.deadline }
  end
  effects.finish(batch)
end

local function give_back_all(P, tasks, cause, wall)
  local batch = effects.begin(P, tasks)
  for _, task in ipairs(tasks) do
    give_back(effects.edit(batch, task[1], task[2]), cause, wall)
  end
  effects.finish(batch)
end

function apply.released(P, event) give_back_all(P, event.body.tasks, RELEASED, event.wall) end

-- A hold that was given goes on without an end; where leases end together, that is settled once for all of them.
local function keep_on(batch, record, task)
  local of_queue = effects.of_queue(batch, record.q)
  if of_queue.rules.batch_size == 0 then effects.set_deadline(of_queue, task[1], task[2], FOREVER, task[3]) end
end

-- What was given stays with its holder (4th element 1), as it was before they started it.
function apply.expired(P, event)
  local batch = effects.begin(P, event.body.tasks)
  for _, task in ipairs(event.body.tasks) do
    local slot, record = effects.edit(batch, task[1], task[2])
    if task[4] == 1 then
      slot[1] = ASSIGNED
      keep_on(batch, record, task)
    else
      give_back(slot, EXPIRED, event.wall)
    end
  end
  effects.finish(batch)
  for _, held in ipairs(event.body.stay) do
    run_together(P, held[1], held[2], FOREVER)
  end
end

-- What is taken back is for everybody, at its first place; for them, after all else.
function apply.batch_cleared(P, event)
  local b, batch = event.body, effects.begin(P, event.body.tasks)
  for _, task in ipairs(b.tasks) do
    local slot, record = effects.edit(batch, task[1], task[2])
    give_back(slot, CLEARED, event.wall)
    cleared_from(record, b.person)
  end
  effects.finish(batch)
end

-- Taken back: of each task the element `at` says whether it goes to the pool in any case.
local function give_back_some(P, tasks, wall, at)
  local batch = effects.begin(P, tasks)
  for _, task in ipairs(tasks) do
    give_back(effects.edit(batch, task[1], task[2]), REVOKED, wall, task[at] == 1)
  end
  effects.finish(batch)
end

function apply.revoked(P, event)
  local b = event.body
  give_back_some(P, b.tasks, event.wall, 3)
  if b.done == 1 then redis.call('HDEL', keys.recalls(P), b.person)
  else redis.call('HSET', keys.recalls(P), b.person, b.cursor) end
end

function apply.removed(P, event)
  local b, batch = event.body, effects.begin(P, event.body.entries)
  local queue = queues.load(P, b.queue)
  reviews.cancel(batch, b.cancelled)
  for _, task in ipairs(b.entries) do
    local touched = entries.load(P, task[1])
    effects.remove(touched and effects.open(batch, task[1]) or effects.open_waiting(batch, queue, unpack(task)))
  end
  effects.finish(batch)
  for _, portion in ipairs(b.delayed) do delays.drop(P, portion[1], portion[2]) end
  if queue then redis.call('HSET', keys.queue(P, b.queue), 'added_seq', event.seq) end
end
