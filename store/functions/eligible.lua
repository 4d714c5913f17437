-- eligible: why a person may not do an entry, by the predicate that decides on every path.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person entry class
--   class  of an entry nobody has touched; a touched one knows its own
--
-- Returns one of
--   {'ok', seq, chain, clock, cause}   '' when they may
--   {'not_found', seq, chain, clock, 'queue'}
read('eligible', function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local person = people.load(call.P, arg.person)
  local record = entries.load(call.P, tonumber(arg.entry))
    or entries.untouched(queue.number, tonumber(arg.class), 0, queue.slots)
  return value(call, eligible(person, queue, record, nil))
end)
