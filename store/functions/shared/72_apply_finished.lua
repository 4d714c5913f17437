-- Effects of events about priorities, and about tasks that were named by their ids.

-- Untouched entries come out of their backlog and become touched ones, free, at their new place.
function apply.prioritised(P, event)
  local b, batch = event.body, effects.begin(P, event.body.entries)
  local queue = queues.load(P, b.queue)
  for _, task in ipairs(b.entries) do
    local waits = task[4] == 1
    local edit = waits and effects.open_waiting(batch, queue, task[1], task[2], task[3])
      or effects.open(batch, task[1])
    edit.after.p = b.rank
  end
  effects.finish(batch)
  for _, portion in ipairs(b.delayed) do delays.rerank(P, portion[1], portion[2], b.rank) end
end

-- The record, to be changed, of a task that the event found as named.told says.
function effects.record_of(batch, queue, task)
  local entry, from = task[1], task[6]
  if from == named.WAITS then return effects.open_waiting(batch, queue, entry, task[3], task[4]).after end
  local record = from == named.GONE
    and qa.known(batch.P, queue, entry, named.revived(queue.number, task[3], task[4], task[7], task[8], task[9]))
  local after = effects.open(batch, entry, record).after
  if task[9] then after.a = #task[9] > 0 and task[9] or nil end
  return after
end

-- A task that was finished, or is under review, is so no more: what comes is not its first submission.
local function take_up(batch, queue, task, slot)
  local record, i = effects.record_of(batch, queue, task), task[2]
  reviews.take_up(record, i)
  record.s[i] = slot
end

function apply.status_set(P, event)
  local b, batch = event.body, effects.begin(P, event.body.tasks)
  reviews.cancel(batch, b.cancelled)
  for _, task in ipairs(b.tasks) do
    local record = effects.record_of(batch, queues.load(P, b.queue), task)
    record.s[task[2]] = { FINISHED_BY_MEANING[b.meaning], task[5], 0, 'status_set', event.wall, 0 }
    if reviews.of(record, task[2]) then reviews.take_up(record, task[2]) end
    if task[10] then reviews.add(batch, event, record, task) end
  end
  effects.finish(batch)
end

-- A lease that nobody asked for begins: with `correction` it stays with this person when it ends.
local function assign(batch, queue, task, person, event, correction)
  take_up(batch, queue, task, { ASSIGNED, person, event.seq, GRANTED, event.wall, correction and 1 or 0, 0, 0 })
  effects.set_deadline(effects.of_queue(batch, queue.number), task[1], task[2], event.body.deadline, person)
end

function apply.status_removed(P, event)
  local b, batch = event.body, effects.begin(P, event.body.tasks)
  reviews.cancel(batch, b.cancelled)
  for _, task in ipairs(b.tasks) do assign(batch, queues.load(P, b.queue), task, task[5], event, true) end
  effects.finish(batch)
end

function apply.reopened(P, event)
  local b, batch = event.body, effects.begin(P, event.body.tasks)
  local queue = queues.load(P, b.queue)
  reviews.cancel(batch, b.cancelled)
  for _, task in ipairs(b.tasks) do
    if b.to == named.TO_PERSON then
      assign(batch, queue, task, b.person, event, b.person == task[5])
    elseif b.to == named.TO_AUTHOR then
      take_up(batch, queue, task, { RETURNED, task[5], 0, 'reopened', event.wall, 1 })
    else
      take_up(batch, queue, task, { QUEUED, 0, 0, 'reopened', event.wall, 0 })
    end
  end
  effects.finish(batch)
end
