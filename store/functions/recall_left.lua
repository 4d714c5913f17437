-- recall_left: what an operation that watches a recall has still to see taken back.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    operation
--
-- Returns one of
--   {'ok', seq, chain, clock, map}         left: so many tasks
--   {'idle', seq, chain, clock}            the recall is over
--   {'not_found', seq, chain, clock, 'operation'}
read('recall_left', function(call, arg)
  local operation = operations.load(call.P, arg.operation)
  if not operation then return negative(call, 'not_found', 'operation') end
  local left = operations.left(call.P, operation)
  if not left then return negative(call, 'idle') end
  return value(call, { left = left })
end)
