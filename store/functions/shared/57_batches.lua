-- Batches (SEMANTICS §3). B is the queue's batch_size, M its max_workload, P what the person has there
-- without a status. allocator/strategies/pulling.py is the same, with its laws.
local batches = {}

-- P: what they hold, and the corrections that wait for them.
function batches.workload(P, person, queue)
  return redis.call('ZCARD', keys.held(P, person, queue.number))
    + redis.call('ZCARD', keys.own(P, person, queue.number))
end

-- How many tasks more the rules of the queue, batches or not, let them have.
function batches.room(P, person, queue)
  if queue.distributed > 0 then return INFINITE end
  if queue.batch_size > 0 then return queue.max_workload - batches.workload(P, person, queue) end
  return queue.max_held - redis.call('ZCARD', keys.held(P, person, queue.number))
end

-- New tasks that are due: a whole batch or none.
function batches.refill(queue, person, workload)
  if not pulls(person, queue) or workload > queue.max_workload - queue.batch_size then return 0 end
  return queue.batch_size
end

-- New tasks that opening the queue brings: a refill, but not a second one on top of a whole batch, however
-- often somebody opens it.
function batches.open(queue, person, workload)
  return workload < queue.batch_size and batches.refill(queue, person, workload) or 0
end

-- New tasks that a load by hand brings.
function batches.load(queue, person, workload)
  if not pulls(person, queue) then return 0 end
  return math.max(0, math.min(queue.batch_size, queue.max_workload - workload))
end

-- The batch that finishing a task brings its author, {} if none: what is due once `ended` tasks of their
-- workload are gone, without the entry they finish, which a late submission finds free. nil: dead integers
-- were in the way and are cleared, ask again.
function batches.after(P, queue, person, entry, ended)
  if queue.batch_size == 0 or standing(person, queue) ~= '' or closed(queue) ~= '' then return {} end
  local want = batches.refill(queue, person, batches.workload(P, person.number, queue) - ended)
  if want == 0 then return {} end
  local found = giving.search(P, queue, person, lanes.heads(P, queue.number), want + 1)
  if not found then return nil end
  local tasks = {}
  for i = 1, #found do
    if found[i][1] ~= entry and #tasks < want then tasks[#tasks + 1] = found[i] end
  end
  return tasks
end
