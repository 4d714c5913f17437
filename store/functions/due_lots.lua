-- due_lots: the lots of which something may be to be done: they are full, over their time, or closed.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    -
--
-- Returns one of
--   {'ok', seq, chain, clock, list}   {lot, closed 0/1} each
read('due_lots', function(call)
  local list, all = {}, redis.call('HGETALL', keys.lots(call.P))
  for n = 1, #all, 2 do
    local lot = cmsgpack.unpack(all[n + 1])
    if lot[4] <= call.clock then list[#list + 1] = { tonumber(all[n]), lot[5] } end
  end
  return value(call, list)
end)
