-- end_operation: an operation that runs is done, has failed, or is to do no more.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    operation state error
--   state  2 succeeded, 3 failed, 4 cancelled: what was done stays
--   error  why it failed, one word, or ''
--
-- Returns one of
--   {'ok', seq, chain, clock, operation_ended}
--   {'not_found', seq, chain, clock, 'operation'}
--   {'wrong_state', seq, chain, clock, state}   it does not run, or may not be left half done, or is not done yet
change('end_operation', { 'allow-oom' }, function(call, arg)
  local operation = operations.load(call.P, arg.operation)
  if not operation then return negative(call, 'not_found', 'operation') end
  local halved = tonumber(arg.state) == CANCELLED and (UNDIVIDED[operation.verb] or RECALLS[operation.verb])
  halved = halved or RECALLS[operation.verb] and operations.left(call.P, operation) ~= nil
  if operation.state ~= RUNNING or halved then return negative(call, 'wrong_state', text(operation.state)) end
  return commit(call, 'operation_ended',
    { operation = operation.operation, state = tonumber(arg.state), error = arg.error })
end)
