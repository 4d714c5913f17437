-- expire: give back what is due on the lease clock, earliest first.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--
-- Returns one of
--   {'ok', seq, chain, clock, expired}
--   {'idle', seq, chain, clock}            nothing is due
change('expire', { 'allow-oom' }, function(call, arg)
  local due = redis.call('ZRANGEBYSCORE', keys.leases(call.P), '-inf', call.clock, 'LIMIT', 0, arg.limit)
  if #due == 0 then return negative(call, 'idle') end
  local tasks = {}
  for n, member in ipairs(due) do
    local entry, i = string.match(member, '^(%d+):(%d+)$')
    local record = entries.load(call.P, tonumber(entry))
    tasks[n] = { tonumber(entry), tonumber(i), record.s[tonumber(i)][2] }
  end
  return commit(call, 'expired', { tasks = tasks })
end)
