-- start: begin a task one holds. It counts as started, and its lease runs anew.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person entry slot token
--
-- Returns one of
--   {'ok', seq, chain, clock, started}
--   {'not_found', seq, chain, clock, 'person' | 'task'}
--   {'lease_lost', seq, chain, clock, detail}
--   {'moving', seq, chain, clock, operation}     by which tasks of theirs there move to others, this one perhaps too
--   {'not_eligible', seq, chain, clock, cause}   they may not do it any more, and it will be taken back; or, of what
--                                            was given to them, the queue lets nobody begin now
change('start', {}, function(call, arg)
  local held = leased(call, arg)
  if held.refusal then return held.refusal end
  local queue = queues.load(call.P, held.record.q)
  if held.slot[1] == ASSIGNED then
    local busy = plans.busy(call.P, queue.number, { held.person.number })
    if busy then return negative(call, 'moving', busy) end
    local cause = entitled(held.person, queue, held.record, held.i)
    if cause == '' and leases.begins(call.P, held) then cause = closed(queue) end
    if cause ~= '' then return negative(call, 'not_eligible', cause) end
  end
  return commit(call, 'started', {
    queue = queue.number, person = held.person.number, entry = held.entry, slot = held.i,
    token = held.slot[3], deadline = call.clock + queue.lease_ms,
  })
end)
