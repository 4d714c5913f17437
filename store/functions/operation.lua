-- operation: where one operation stands.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    operation
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   as of `operations`
--   {'not_found', seq, chain, clock, 'operation'}
read('operation', function(call, arg)
  local operation = operations.load(call.P, arg.operation)
  if not operation then return negative(call, 'not_found', 'operation') end
  return value(call, operation)
end)
