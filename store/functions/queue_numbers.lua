-- queue_numbers: all queues of the project, and the settings_seq.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    -
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   queues, settings_seq
read('queue_numbers', function(call)
  local numbers = redis.call('SMEMBERS', keys.queues(call.P))
  for i, queue in ipairs(numbers) do numbers[i] = tonumber(queue) end
  table.sort(numbers)
  return value(call, {
    queues = numbers, settings_seq = number_or(redis.call('HGET', keys.totals(call.P), 'settings_seq'), 0),
  })
end)
