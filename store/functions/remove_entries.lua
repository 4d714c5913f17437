-- remove_entries: entries leave the queue; whoever holds one loses the lease.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue entries
--   entries  packed list of {entry, class, priority}, 100 at most: the lane and rank in which it came into this
--            queue, which never change; not read of one that somebody has touched
--
-- Returns one of
--   {'ok', seq, chain, clock, removed}
--   {'not_found', seq, chain, clock, 'queue'}
--   {'twice', seq, chain, clock, entry}           it is named a second time
--   {'not_there', seq, chain, clock, entry}       it is finished or removed, or of another queue
local function is_there(P, queue, task)
  local record = entries.load(P, task[1])
  if record then return record.q == queue end
  return lanes.waits(P, queue, task[2], task[3], task[1])
end

change('remove_entries', { 'allow-oom' }, function(call, arg)
  local queue, named = queues.load(call.P, arg.queue), {}
  if not queue then return negative(call, 'not_found', 'queue') end
  local tasks = cmsgpack.unpack(arg.entries)
  entries.fetch(call.P, tasks)
  for _, task in ipairs(tasks) do
    if named[task[1]] then return negative(call, 'twice', text(task[1])) end
    if not is_there(call.P, queue.number, task) then return negative(call, 'not_there', text(task[1])) end
    named[task[1]] = true
  end
  return commit(call, 'removed', { queue = queue.number, entries = tasks })
end)
