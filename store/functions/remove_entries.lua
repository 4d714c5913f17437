-- remove_entries: entries leave the queue; whoever holds one loses the lease.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue entries
--   entries  packed list of {entry, class, priority}, 100 at most, each of them in the queue
--
-- Returns one of
--   {'ok', seq, chain, clock, removed}
--   {'not_found', seq, chain, clock, 'queue'}
change('remove_entries', { 'allow-oom' }, function(call, arg)
  if not queues.load(call.P, arg.queue) then return negative(call, 'not_found', 'queue') end
  return commit(call, 'removed',
    { queue = tonumber(arg.queue), entries = cmsgpack.unpack(arg.entries) })
end)
