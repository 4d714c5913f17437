-- undelay: what has waited for its time becomes entries of its queue, what is due longest first: as much as came
-- in with one event, and has one rank, the first first. If its queue was cleared meanwhile, or its dataset detached, it is dropped.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    -
--
-- Returns one of
--   {'ok', seq, chain, clock, undelayed}
--   {'idle', seq, chain, clock}            nothing is due
change('undelay', { 'allow-oom' }, function(call)
  local due = redis.call('ZRANGEBYSCORE', keys.delayed(call.P), '-inf', delays.now(call), 'WITHSCORES', 'LIMIT', 0, 1)
  if not due[1] then return negative(call, 'idle') end
  local waits = delays.load(call.P, due[1])
  local rank, runs, count = delays.next(waits)
  local obsolete = delays.obsolete(call.P, due[2], waits)
  return commit(call, 'undelayed', {
    queue = waits.queue, delayed = tonumber(due[1]), dataset = waits.dataset, priority = rank,
    first = tonumber(redis.call('HGET', keys.totals(call.P), 'entries')) + 1,
    count = obsolete and 0 or count, runs = obsolete and {} or runs,
    dropped = obsolete and waits.count or 0,
  })
end)
