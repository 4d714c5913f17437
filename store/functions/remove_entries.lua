-- remove_entries: entries leave the queue; whoever holds one loses the lease. What is finished stays finished.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue entries delayed named
--   entries  packed list of {entry, class, priority}, 100 at most: the lane and rank in which it came into this
--            queue, which never change; not read of one that somebody has touched
--   delayed  packed list of {event that made them wait, {item…}}: they wait in the queue no more
--   named    how many items it is about, those included that are not there any more
--
-- Returns one of
--   {'ok', seq, chain, clock, removed}   `kept` names those that were finished or gone already: all, once their
--                                        queue was deleted
--   {'not_found', seq, chain, clock, 'queue'}
--   {'stale_items', seq, chain, clock}   read again what waits
local function is_there(P, queue, task)
  local record = entries.load(P, task[1])
  if record then return record.q == queue end
  return lanes.waits(P, queue, task[2], task[3], task[1])
end

change('remove_entries', { 'allow-oom' }, function(call, arg)
  local queue, number, named = queues.load(call.P, arg.queue), tonumber(arg.queue), {}
  if not queue and generation(call.P, number) ~= GONE then return negative(call, 'not_found', 'queue') end
  local tasks, leaving, kept = cmsgpack.unpack(arg.entries), {}, {}
  local delayed = queue and cmsgpack.unpack(arg.delayed) or {}
  if not delays.all_wait(call.P, delayed, number) then return negative(call, 'stale_items') end
  entries.fetch(call.P, tasks)
  for _, task in ipairs(tasks) do
    if not named[task[1]] then
      local list = queue and is_there(call.P, number, task) and leaving or kept
      list[#list + 1] = list == kept and task[1] or task
      named[task[1]] = true
    end
  end
  return commit(call, 'removed',
    { queue = number, entries = leaving, delayed = delayed, kept = kept, named = tonumber(arg.named),
      cancelled = qa.joined(call.P, number, leaving, reviews.ended_with_entries(call.P, leaving)) })
end)
