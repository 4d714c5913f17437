-- fall_back: reviews that have waited for their reviewer as long as the queue lets them are anybody's.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--
-- Returns one of
--   {'ok', seq, chain, clock, fell_back}
--   {'idle', seq, chain, clock}            none has
--   {'again'}                              what was in the way is gone: repeat the call
change('fall_back', { 'allow-oom' }, function(call, arg)
  local P, list, passed = call.P, {}, 0
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', keys.falling(P), '-inf', call.clock, 'LIMIT', 0, tonumber(arg.limit))) do
    local entry = tonumber(member)
    local record = entries.load(P, entry)
    if record and record.s[1][6] == CORRECTION then list[#list + 1] = entry
    else
      redis.call('ZREM', keys.falling(P), member)
      passed = passed + 1
    end
  end
  if #list > 0 then return commit(call, 'fell_back', { entries = list }) end
  if passed > 0 then return { 'again' } end
  return negative(call, 'idle')
end)
