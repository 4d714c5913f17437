-- The offer: what Reserve gives a person in a queue now, or why it gives nothing. Explain asks the same.
local MOST = 100            -- corrections that come with a batch

-- What they get of their corrections, how many new tasks besides, whether they are full, and whether they
-- need not be told why they get nothing.
local function pulled(P, queue, person)
  local workload = batches.workload(P, person.number, queue)
  return giving.corrections(P, queue, person, MOST), batches.open(queue, person, workload),
    workload >= queue.max_workload, workload > 0
end

local function counted(P, queue, person, wanted, target)
  local held = redis.call('ZCARD', keys.held(P, person.number, queue.number))
  holds = held > 0
  local free = math.max(0, queue.max_held - held)
  if target > 0 then wanted = math.min(wanted, target - held) end
  if wanted <= 0 then return {}, 0, free == 0, true end
  local tasks = giving.corrections(P, queue, person, wanted)
  return tasks, math.min(wanted, free) - #tasks, free == 0, false
end

-- Where work is dealt out nobody pulls: they get their corrections, and need not be told why nothing else if they have
-- work.
local function dealt(P, queue, person, wanted)
  local workload = batches.workload(P, person.number, queue)
  return giving.corrections(P, queue, person, wanted), 0, false, workload > 0
end

-- What is due to somebody who asks. `target` 0: `count` tasks; else as many of them as they need to hold that
-- many. With batches neither counts.
function giving.due(P, queue, person, count, target)
  local give = queue.distributed > 0 and dealt or queue.batch_size > 0 and pulled or counted
  local tasks, want, full, content = give(P, queue, person, count, target)
  return tasks, pulls(person, queue) and want or 0, full, content
end

-- Corrections and new tasks; or nil, nil and the packed reasons for nothing (none: they need not be told);
-- or corrections and nil: dead integers were in the way and are cleared, ask again.
function giving.offer(call, queue, person, count, target)
  local P = call.P
  local cause, heads = standing(person, queue), lanes.heads(P, queue.number)
  local tasks, want, full, content = giving.due(P, queue, person, count, target)
  if cause ~= '' or closed(queue) ~= '' then return nil, nil, giving.reasons(call, queue, person, cause, full, heads) end
  local new = giving.search(P, queue, person, heads, want)
  if not new or #tasks + #new > 0 then return tasks, new end
  if content then return nil, nil, cmsgpack.pack({}) end
  return nil, nil, giving.reasons(call, queue, person, '', full, heads)
end
