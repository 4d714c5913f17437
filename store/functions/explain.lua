-- explain, explain_task: why a person gets what they get. Neither is an event.

-- explain: what Reserve of one task would answer now, and what a person may not do of a queue.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   task {entry, slot} that would be given, or 0; reasons: why none would, as
--                                    of reserve; none: they hold what they are to do first
--   {'not_found', seq, chain, clock, 'queue'}
--   {'again'}                        dead integers were cleared away: repeat the call
register('explain', {}, function(call, ARGV)
  return begin(call, ARGV, false) or decided(call, function(_, arg)
    local queue = queues.load(call.P, arg.queue)
    if not queue then return negative(call, 'not_found', 'queue') end
    local person = people.load(call.P, arg.person, queue.number) or { number = tonumber(arg.person), skills = {} }
    local tasks, new, reasons = giving.offer(call, queue, person, 1, 0)
    if reasons then return value(call, { task = 0, reasons = cmsgpack.unpack(reasons) }) end
    if not new then return { 'again' } end
    local first = tasks[1] or new[1]
    return value(call, { task = { first[1], first[2] }, reasons = {} })
  end)
end)

-- explain_task: how one task stands towards a person.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person entry slot class priority
--   class priority  with which the entry came into this queue; not read of one that somebody has touched
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   state (0: it has left), cause ('': none) why they may not do it, mine (1: it
--                                    is theirs now, held or returned), holder (0: nobody), deadline of their lease (0: none)
--   {'not_found', seq, chain, clock, 'queue' | 'task'}   the item has no such slot
read('explain_task', function(call, arg)
  local P, queue, entry, i = call.P, queues.load(call.P, arg.queue), tonumber(arg.entry), tonumber(arg.slot)
  if not queue then return negative(call, 'not_found', 'queue') end
  local person = people.load(P, arg.person) or { number = tonumber(arg.person), skills = {} }
  local class, rank = tonumber(arg.class), tonumber(arg.priority)
  local record = entries.load(P, entry) or entries.untouched(queue.number, class, rank, queue.slots)
  local slot = record.s[i]
  if not slot then return negative(call, 'not_found', 'task') end
  local here = entries.load(P, entry) or lanes.waits(P, queue.number, class, rank, entry)
  local theirs = HELD[slot[1]] or slot[1] == RETURNED
  local mine = theirs and slot[2] == person.number
  return value(call, {
    state = here and counts_as(record, slot) or 0, mine = mine and 1 or 0,
    holder = HELD[slot[1]] and slot[2] or 0,
    deadline = HELD[slot[1]] and leases.ending(P, queue, slot[2], entry, i) or 0,
    cause = eligible(person, queue, record, mine and i or nil),
  })
end)
