-- clear_skips: nobody has skipped these items any more; what was ESCALATED is back at its first place.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue entries
--   entries  packed list of entries of the queue, each once, 100 at most; those nobody skipped are passed over
--
-- Returns one of
--   {'ok', seq, chain, clock, skips_cleared}
--   {'not_found', seq, chain, clock, 'queue'}
change('clear_skips', {}, function(call, arg)
  local queue, found = queues.load(call.P, arg.queue), {}
  if not queue then return negative(call, 'not_found', 'queue') end
  for _, entry in ipairs(cmsgpack.unpack(arg.entries)) do
    local record = entries.load(call.P, entry)
    if record and record.q == queue.number and record.x then found[#found + 1] = { entry } end
  end
  return commit(call, 'skips_cleared', { queue = queue.number, entries = found })
end)
