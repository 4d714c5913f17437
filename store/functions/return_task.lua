-- return_task: a finished task goes back to its author, first in their list of that queue.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue entry slot class priority person authors
--   authors  packed list of {slot, person, state}, one for each slot: what Postgres knows of an entry
--            that has left Redis; not read while it is here
--
-- Returns one of
--   {'ok', seq, chain, clock, returned}
--   {'not_found', seq, chain, clock, 'queue'}
--   {'wrong_state', seq, chain, clock, state}   it is not finished, or not this person's
change('return_task', {}, function(call, arg)
  if not queues.load(call.P, arg.queue) then return negative(call, 'not_found', 'queue') end
  local record = entries.load(call.P, tonumber(arg.entry))
  local slot = record and record.s[tonumber(arg.slot)]
  if slot and (not FINISHED[slot[1]] or slot[2] ~= tonumber(arg.person)) then
    return negative(call, 'wrong_state', STATE_WORDS[slot[1]])
  end
  return commit(call, 'returned', {
    queue = tonumber(arg.queue), entry = tonumber(arg.entry), slot = tonumber(arg.slot),
    class = tonumber(arg.class), priority = tonumber(arg.priority), person = tonumber(arg.person),
    authors = cmsgpack.unpack(arg.authors),
  })
end)
