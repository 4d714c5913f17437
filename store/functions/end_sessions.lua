-- end_sessions: end the sessions that changed nothing for a day of logical time.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--
-- Returns one of
--   {'ok', seq, chain, clock, sessions_ended}
--   {'idle', seq, chain, clock}            there is none
change('end_sessions', { 'allow-oom' }, function(call, arg)
  local quiet = redis.call('ZRANGEBYSCORE', keys.sessions(call.P), '-inf', call.clock - DAY_MS,
    'LIMIT', 0, arg.limit)
  if #quiet == 0 then return negative(call, 'idle') end
  local sessions = {}
  for i, session in ipairs(quiet) do sessions[i] = tonumber(session) end
  return commit(call, 'sessions_ended', { sessions = sessions })
end)
