-- retry_operations: failed operations run again, from the chunk that failed.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    operations
--   operations  packed list, 1000 at most, each once; all of them or none
--
-- Returns one of
--   {'ok', seq, chain, clock, operations_retried}
--   {'not_found', seq, chain, clock, operation}
--   {'wrong_state', seq, chain, clock, operation}   this one has not failed
change('retry_operations', {}, function(call, arg)
  local list = cmsgpack.unpack(arg.operations)
  for _, operation in ipairs(list) do
    local state = redis.call('HGET', keys.operation(call.P, operation), 'state')
    if not state then return negative(call, 'not_found', text(operation)) end
    if tonumber(state) ~= FAILED then return negative(call, 'wrong_state', text(operation)) end
  end
  return commit(call, 'operations_retried', { operations = list })
end)
