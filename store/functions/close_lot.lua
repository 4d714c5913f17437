-- close_lot: a lot that is full, or over its time, takes no more submissions, and units of it are reviewed.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    lot tasks
--   tasks  packed list of {entry, slot, groups, rejects}: those of its tasks of which units were drawn, see
--          reviews.planned and submit
--
-- Returns one of
--   {'ok', seq, chain, clock, lot_closed}   without those of the tasks that wait for it no more
--   {'not_found', seq, chain, clock, 'lot'}
--   {'idle', seq, chain, clock}             it takes more, or was closed before
change('close_lot', { 'allow-oom' }, function(call, arg)
  local P, number = call.P, tonumber(arg.lot)
  local lot = reviews.lots.load(P, number)
  if not lot then return negative(call, 'not_found', 'lot') end
  if lot[5] == 1 or lot[4] > call.clock then return negative(call, 'idle') end
  return commit(call, 'lot_closed', { queue = lot[1], lot = number, tasks = reviews.of_lot(P, lot[1], number, cmsgpack.unpack(arg.tasks)) })
end)
