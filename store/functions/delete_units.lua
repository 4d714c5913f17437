-- delete_units: units of what is finished are not there any more: a manager has found them invalid. Its task stays as it is.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person task as_of units content
--   person   who says so
--   task     packed {entry, slot, class, came, rank, slots, skipped, done}: see named.load
--   as_of    the event as of which that is known
--   units    packed list of them
--   content  id of the reason, in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, units_deleted}
--   {'not_found', seq, chain, clock, 'queue' | 'task'}
--   {'stale_entry', seq, chain, clock}           read again what is known of the entry
--   {'wrong_state', seq, chain, clock, state}    a number: it is not finished
change('delete_units', {}, function(call, arg)
  local P, queue, task = call.P, queues.load(call.P, arg.queue), cmsgpack.unpack(arg.task)
  if not queue then return negative(call, 'not_found', 'queue') end
  if fences.covers(P, queue, task[1]) then return negative(call, 'wrong_state', tostring(REMOVED)) end
  local record = named.load(P, queue, task, tonumber(arg.as_of))
  if not record then return negative(call, 'stale_entry') end
  local slot = record.s[task[2]]
  if not slot then return negative(call, 'not_found', 'task') end
  if not FINISHED[slot[1]] then return negative(call, 'wrong_state', tostring(named.state(record, task[2]))) end
  return commit(call, 'units_deleted', { queue = queue.number, person = tonumber(arg.person), entry = task[1],
    slot = task[2], units = cmsgpack.unpack(arg.units), content = tonumber(arg.content) })
end)
