-- clean_history: forget operations that ended more than a day ago, 1000 at most, the oldest first.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--
-- Returns one of
--   {'ok', seq, chain, clock, history_cleaned}   also when there was none: who asked stays on record
change('clean_history', { 'allow-oom' }, function(call, arg)
  local before = math.max(wall_ms(), call.wall) - DAY_MS
  local old = redis.call('ZRANGEBYSCORE', keys.ended(call.P), '-inf', before, 'LIMIT', 0, arg.limit)
  for i, operation in ipairs(old) do old[i] = tonumber(operation) end
  return commit(call, 'history_cleaned', { before = before, operations = old })
end)
