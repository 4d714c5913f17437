-- project: the project's settings.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    -
--
-- Returns one of
--   {'ok', seq, chain, clock, project}   packed {content, status_locks, set_seq}
read('project', function(call)
  local f = redis.call('HMGET', keys.totals(call.P), 'content', 'status_locks', 'set_seq')
  return value(call, { content = tonumber(f[1]), status_locks = tonumber(f[2]), set_seq = tonumber(f[3]) })
end)
