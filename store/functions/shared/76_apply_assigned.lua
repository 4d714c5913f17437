-- Effects of the event by which somebody has tasks that they did not pull, or that nobody has any more.

-- How a slot is from then on, by what the event says of it: {entry, slot, class, rank, waits 0/1 (nobody had touched
-- it), person (0: nobody), before (who had it), state, weight (of what is dealt), token (under which it was held; 0: it
-- was not)}.
local function assigned_slot(event, task)
  local person, state = task[6], task[8]
  if state == QUEUED then return { QUEUED, 0, 0, REVOKED, event.wall, 0 } end
  if state == RETURNED then return { RETURNED, person, 0, REVOKED, event.wall, CORRECTION } end
  return { ASSIGNED, person, event.seq, GRANTED, event.wall, GIVEN, 0, 0 }
end

-- The tasks of each entry, in order, with what tells entries apart of which the same becomes.
local function by_entry(tasks)
  local list, of = {}, {}
  for _, task in ipairs(tasks) do
    local found = of[task[1]]
    if not found then
      found = { entry = task[1], class = task[3], rank = task[4], waits = task[5] == 1, tasks = {}, like = '' }
      of[task[1]], list[#list + 1] = found, found
    end
    found.tasks[#found.tasks + 1] = task
    found.like = found.like .. string.format('%d=%d,', task[2], task[6])
  end
  return list
end

-- Until when the lease runs: it does not end by itself. In a queue with batches all a person holds there ends together:
-- what they have been given joins that, or begins it without an end.
local function open_end(batch, of_queue, task)
  if task[8] ~= ASSIGNED then return end
  local P, queue, person = batch.P, of_queue.rules, task[6]
  if queue.batch_size == 0 then return effects.set_deadline(of_queue, task[1], task[2], FOREVER, person) end
  if leases.deadline(P, queue, person) == 0 then of_queue.together = { person, FOREVER } end
end

function apply.assigned(P, event)
  local b, batch = event.body, effects.begin(P, event.body.tasks)
  local queue, of_queue = queues.load(P, b.queue), effects.of_queue(batch, b.queue)
  for _, one in ipairs(by_entry(b.tasks)) do
    local edit = one.waits and effects.open_waiting(batch, queue, one.entry, one.class, one.rank, one.like)
      or effects.open(batch, one.entry)
    for _, task in ipairs(one.tasks) do
      if task[6] > 0 then edit.after.e = nil end
      edit.after.s[task[2]] = assigned_slot(event, task)
      open_end(batch, of_queue, task)
      if task[8] == ASSIGNED then redis.call('SADD', keys.holding(P, task[6]), b.queue) end
    end
  end
  effects.finish(batch)
  if b.among ~= '' then dealing.note(P, b) end
end
