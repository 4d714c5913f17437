-- check: a rule service says of what was submitted that nothing is to be done about it. Nothing else changes by it: where
-- something is to be done, add_reviews or object say so with what they do.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person task as_of content
--   person   who says it
--   task     packed {entry, slot, class, came, rank, slots, skipped, done}: see named.load
--   as_of    the event as of which that is known
--   content  id of what is said, in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, checked}
--   {'not_found', seq, chain, clock, 'queue' | 'task'}
--   {'stale_entry', seq, chain, clock}           read again what is known of the entry
--   {'wrong_state', seq, chain, clock, state}    a number: it is not finished, nor under review
change('check', {}, function(call, arg)
  local P, queue, task = call.P, queues.load(call.P, arg.queue), cmsgpack.unpack(arg.task)
  if not queue then return negative(call, 'not_found', 'queue') end
  if fences.covers(P, queue, task[1]) then return negative(call, 'wrong_state', tostring(REMOVED)) end
  local record = named.load(P, queue, task, tonumber(arg.as_of))
  if not record then return negative(call, 'stale_entry') end
  local slot = record.s[task[2]]
  if not slot then return negative(call, 'not_found', 'task') end
  if not (FINISHED[slot[1]] or slot[1] == IN_REVIEW) then
    return negative(call, 'wrong_state', tostring(named.state(record, task[2])))
  end
  return commit(call, 'checked', { queue = queue.number, person = tonumber(arg.person), entry = task[1], slot = task[2],
    content = tonumber(arg.content) })
end)
