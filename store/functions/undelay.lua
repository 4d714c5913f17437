-- undelay: what has waited for its time becomes entries of its queue, what is due longest first: as much as came
-- in with one event. If its queue was cleared meanwhile, or its dataset detached, it is dropped.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    -
--
-- Returns one of
--   {'ok', seq, chain, clock, undelayed}
--   {'idle', seq, chain, clock}            nothing is due
change('undelay', { 'allow-oom' }, function(call)
  local due = redis.call('ZRANGEBYSCORE', keys.delayed(call.P), '-inf', delays.now(call), 'LIMIT', 0, 1)
  if not due[1] then return negative(call, 'idle') end
  local waits = cmsgpack.unpack(redis.call('HGET', keys.delayed_runs(call.P), due[1]))
  local obsolete = delays.obsolete(call.P, waits)
  return commit(call, 'undelayed', {
    queue = waits.queue, delayed = tonumber(due[1]), dataset = waits.dataset, priority = waits.priority,
    first = tonumber(redis.call('HGET', keys.totals(call.P), 'entries')) + 1,
    count = obsolete and 0 or waits.count, runs = obsolete and {} or waits.runs,
    dropped = obsolete and waits.count or 0,
  })
end)
