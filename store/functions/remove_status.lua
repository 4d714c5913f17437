-- remove_status: a finished task goes back to its author, who holds it from then on.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue task as_of person manager recalled passed
--   task      packed {entry, slot, class, came, rank, slots, skipped, done}: see named.load
--   as_of     the event as of which that is known
--   person    who asks; manager = 1: they may do so whoever the author is
--   recalled  1: the author recalls what they submitted, and nobody else may
--   passed    1: of one that has left Redis it is known that a review of it has passed
--
-- Returns one of
--   {'ok', seq, chain, clock, status_removed}
--   {'not_found', seq, chain, clock, 'queue' | 'task'}
--   {'stale_entry', seq, chain, clock}           read again what is known of the entry
--   {'wrong_state', seq, chain, clock, state}    a number; REMOVED: its dataset is being detached
--   {'not_author', seq, chain, clock}
--   {'review_passed', seq, chain, clock}         its author may not change it any more
--   {'review_started', seq, chain, clock}        nor recall it: somebody is at a review of it
--   {'not_eligible', seq, chain, clock, cause}   the author may not work here any more
change('remove_status', {}, function(call, arg)
  local queue, task = queues.load(call.P, arg.queue), cmsgpack.unpack(arg.task)
  if not queue then return negative(call, 'not_found', 'queue') end
  if fences.covers(call.P, queue, task[1]) then return negative(call, 'wrong_state', tostring(REMOVED)) end
  local record, from = named.load(call.P, queue, task, tonumber(arg.as_of))
  if not record then return negative(call, 'stale_entry') end
  local slot = record.s[task[2]]
  if not slot then return negative(call, 'not_found', 'task') end
  if not (FINISHED[slot[1]] or slot[1] == IN_REVIEW) then
    return negative(call, 'wrong_state', tostring(named.state(record, task[2])))
  end
  local anybody = arg.manager == '1' and arg.recalled ~= '1'
  if not anybody and slot[2] ~= tonumber(arg.person) then return negative(call, 'not_author') end
  if not anybody and reviews.passed(record, task[2], arg.passed) then return negative(call, 'review_passed') end
  if arg.recalled == '1' and reviews.started(call.P, record, task[2]) then return negative(call, 'review_started') end
  local cause = standing(people.load(call.P, slot[2]), queue)
  if cause ~= '' then return negative(call, 'not_eligible', cause) end
  return commit(call, 'status_removed', {
    queue = queue.number, recalled = tonumber(arg.recalled), deadline = call.clock + queue.lease_ms,
    tasks = { named.told(task, record, slot[2], from, named.done(queue, record.a, slot[2])) },
    cancelled = qa.ended_with(call.P, queue, { task }),
  })
end)
