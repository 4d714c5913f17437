-- save_draft: the holder of a task has saved a draft. It renews the lease, but an event is made only for
-- the first draft under the token, or when the hold was last touched some time ago.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person entry slot token
--
-- Returns one of
--   {'ok', seq, chain, clock, drafted}
--   {'kept', seq, chain, clock, deadline}        no event is needed: the lease runs as it is
--   {'not_found', seq, chain, clock, 'person' | 'task'}
--   {'lease_lost', seq, chain, clock, detail}
local QUIET_MS = 30000

change('save_draft', {}, function(call, arg)
  local held = leased(call, arg)
  if held.refusal then return held.refusal end
  local slot, queue = held.slot, queues.load(call.P, held.record.q)
  if slot[7] == 1 and call.clock - slot[8] <= QUIET_MS then
    local deadline = leases.deadline(call.P, queue, held.person.number, held.entry, held.i)
    return negative(call, 'kept', text(deadline))
  end
  return commit(call, 'drafted', {
    queue = queue.number, person = held.person.number, entry = held.entry, slot = held.i,
    token = slot[3], deadline = call.clock + queue.lease_ms,
  })
end)
