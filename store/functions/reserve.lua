-- reserve: lease to one person the first tasks of a queue that they may do.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person count target
--   count   most tasks to grant, 1..100
--   target  0, or: grant only what they need to hold this many
--
-- Order: their own returned tasks, then (priority, first entry), then what was cleared from them.
-- Corrections are exempt from max_held and max_workload. In a queue with batches count and target are not
-- read: all corrections that wait are granted, and one whole batch if it is due.
--
-- Returns one of
--   {'ok', seq, chain, clock, granted}
--   {'nothing', seq, chain, clock, reasons}   packed, in the order of SEMANTICS §1; the first one decides;
--                                             none: they hold `target` already, or some of their batch
--   {'not_found', seq, chain, clock, 'queue'}
--   {'again'}                                 dead integers were cleared away: repeat the call

local MOST = 100            -- corrections that come with a batch

-- What they get of their corrections, how many new tasks besides, whether they are full, and whether they
-- need not be told why they get nothing.
local function pulled(P, queue, person)
  local workload = batches.workload(P, person.number, queue)
  return giving.corrections(P, queue, person, MOST), batches.open(queue, workload),
    workload >= queue.max_workload, workload > 0
end

local function counted(P, queue, person, arg)
  local held = redis.call('ZCARD', keys.held(P, person.number, queue.number))
  holds = held > 0
  local wanted, target, free = tonumber(arg.count), tonumber(arg.target), math.max(0, queue.max_held - held)
  if target > 0 then wanted = math.min(wanted, target - held) end
  if wanted <= 0 then return {}, 0, free == 0, true end
  local tasks = giving.corrections(P, queue, person, wanted)
  return tasks, math.min(wanted, free) - #tasks, free == 0, false
end

change('reserve', {}, function(call, arg)
  local P, queue = call.P, queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local person = people.load(P, arg.person, queue.number) or { number = tonumber(arg.person), skills = {} }
  local cause, heads = standing(person, queue), lanes.heads(P, queue.number)
  local give = queue.batch_size > 0 and pulled or counted
  local tasks, want, full, content = give(P, queue, person, arg)
  if cause ~= '' or closed(queue) ~= '' then
    return negative(call, 'nothing', giving.reasons(call, queue, person, cause, full, heads))
  end
  local new = giving.search(P, queue, person, heads, want)
  if not new then return { 'again' } end
  if #tasks + #new > 0 then
    return commit(call, 'granted', giving.granted(call, queue, person, tasks, new))
  end
  if content then return negative(call, 'nothing', cmsgpack.pack({})) end
  return negative(call, 'nothing', giving.reasons(call, queue, person, '', full, heads))
end)
