-- set_priority: items get another priority in their queue; among their like they keep the order of first entry.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue rank tasks lenient delayed named
--   tasks    packed list of {entry, slot, class, priority}, by entry, 100 at most: class and priority with which
--            the entry came into this queue, which never change; not read of one that somebody has touched
--   lenient  1: tasks that cannot have it stay as they are, `kept` names them and why; 0: all or none
--
-- Returns one of
--   {'ok', seq, chain, clock, prioritised}
--   {'not_found', seq, chain, clock, 'queue' | task}   the item has no such slot
--   {'not_there', seq, chain, clock, task}             finished or removed
--   {'stale_items', seq, chain, clock}                 read again what waits
local function named(task) return string.format('%d-%d', task[1], task[2]) end

-- What the event says of the item of a task: entry, class, rank so far, waits; or a refusal.
local function item_of(call, queue, task)
  local record = entries.load(call.P, task[1])
  local slots = record and #record.s or queue.slots
  if task[2] > slots then return nil, negative(call, 'not_found', named(task)) end
  if fences.covers(call.P, queue, task[1]) then return nil, negative(call, 'not_there', named(task)) end
  if record then
    if FINISHED[record.s[task[2]][1]] then return nil, negative(call, 'not_there', named(task)) end
    return { task[1], record.c, record.p, 0 }
  end
  if not lanes.waits(call.P, queue.number, task[3], task[4], task[1]) then
    return nil, negative(call, 'not_there', named(task))
  end
  return { task[1], task[3], task[4], 1 }
end

change('set_priority', {}, function(call, arg)
  local queue, rank, items = queues.load(call.P, arg.queue), tonumber(arg.rank), {}
  if not queue then return negative(call, 'not_found', 'queue') end
  local tasks, last, kept = cmsgpack.unpack(arg.tasks), 0, {}
  local delayed = cmsgpack.unpack(arg.delayed)
  if not delays.all_wait(call.P, delayed, queue.number) then return negative(call, 'stale_items') end
  entries.fetch(call.P, tasks)
  for _, task in ipairs(tasks) do
    local item, refusal = item_of(call, queue, task)
    if refusal and arg.lenient ~= '1' then return refusal end
    if refusal then
      kept[#kept + 1] = { task[1], task[2], refusal[1] }
    else
      if item[3] ~= rank and item[1] ~= last then items[#items + 1] = item end
      last = item[1]
    end
  end
  return commit(call, 'prioritised', { queue = queue.number, rank = rank, entries = items, delayed = delayed,
    kept = kept, named = tonumber(arg.named) })
end)
