-- operations: those that still have chunks to do, the first that began first.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   known: as of begin_operation; tidying: how much cleared work is still to be dropped; running: list of operation, state, chunk (the last that was done), verb, actor, queues, dataset, content, total, last_entry
read('operations', function(call, arg)
  local numbers, list = redis.call('SMEMBERS', keys.running(call.P)), {}
  for i, operation in ipairs(numbers) do numbers[i] = tonumber(operation) end
  table.sort(numbers)
  for i = 1, math.min(#numbers, tonumber(arg.limit)) do list[i] = operations.load(call.P, numbers[i]) end
  return value(call, { running = list, tidying = redis.call('SCARD', keys.tidying(call.P)),
    known = delays.known(call.P) })
end)
