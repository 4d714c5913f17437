-- create_range, split_range, merge_ranges: which places of a queue's order are whose. Place n is the n-th entry that came
-- into the queue, and no two ranges overlap. Refusals name the field; allocator/strategies/ranges.py knows the sentence.

-- create_range: places that are nobody's are this person's, and an operation gives them what waits there.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person first last due_ms priority note content total reason
--   first    last    the places, both included; who calls knows that the queue has them
--   due_ms   wall ms by which it is to be done, 0: as the queue
--   priority a rank, -1: as the queue
--   note     id of a note about it in Postgres, 0: none
--   content  id of the chunks of `assign` in Postgres
--   total    how many tasks they are about
--   reason   id of the reason in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, range_created}   the number of the range, and of the operation, is this seq
--   {'not_found', seq, chain, clock, 'queue' | 'person'}
--   {'many_ranges', seq, chain, clock}         the queue has as many as it may
--   {'wrong_range', seq, chain, clock, 'first' | 'last'}   it lies in another range
change('create_range', {}, function(call, arg)
  local P, first, last = call.P, tonumber(arg.first), tonumber(arg.last)
  if not queues.load(P, arg.queue) then return negative(call, 'not_found', 'queue') end
  if not people.load(P, arg.person) then return negative(call, 'not_found', 'person') end
  if ranges.room(P, arg.queue) == 0 then return negative(call, 'many_ranges') end
  local wrong = ranges.in_the_way(P, arg.queue, first, last)
  if wrong then return negative(call, 'wrong_range', wrong) end
  return commit(call, 'range_created', {
    queue = tonumber(arg.queue), person = tonumber(arg.person), first = first, last = last,
    due_ms = tonumber(arg.due_ms), priority = tonumber(arg.priority), note = tonumber(arg.note),
    content = tonumber(arg.content), total = tonumber(arg.total), reason = tonumber(arg.reason),
  })
end)

-- split_range: the places from `at` on are a range of their own, of the same person; what was said of the whole is said
-- of both.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue range at reason
--   at       a place behind the first of the range
--   reason   id of the reason in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, range_split}   the number of the other range is this seq
--   {'not_found', seq, chain, clock, 'queue' | 'range'}
--   {'many_ranges', seq, chain, clock}       the queue has as many as it may
--   {'wrong_range', seq, chain, clock, 'number' | 'at'}   it has one place only; or a part would be empty
change('split_range', {}, function(call, arg)
  local P, at = call.P, tonumber(arg.at)
  if not queues.load(P, arg.queue) then return negative(call, 'not_found', 'queue') end
  local whole = ranges.load(P, arg.queue, arg.range)
  if not whole then return negative(call, 'not_found', 'range') end
  if ranges.room(P, arg.queue) == 0 then return negative(call, 'many_ranges') end
  if whole.first == whole.last then return negative(call, 'wrong_range', 'number') end
  if at <= whole.first or at > whole.last then return negative(call, 'wrong_range', 'at') end
  return commit(call, 'range_split', {
    queue = tonumber(arg.queue), person = whole.person, range = tonumber(arg.range), at = at,
    reason = tonumber(arg.reason),
  })
end)

-- merge_ranges: two neighbours of one person are one; it has the number of the first in order, and what was said of that.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue range other reason
--   reason   id of the reason in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, range_merged}
--   {'not_found', seq, chain, clock, 'queue' | 'range' | 'other'}
--   {'wrong_range', seq, chain, clock, 'other'}   it is no neighbour, or another person's
change('merge_ranges', {}, function(call, arg)
  local P = call.P
  if not queues.load(P, arg.queue) then return negative(call, 'not_found', 'queue') end
  local one, two = ranges.load(P, arg.queue, arg.range), ranges.load(P, arg.queue, arg.other)
  if not one then return negative(call, 'not_found', 'range') end
  if not two then return negative(call, 'not_found', 'other') end
  local adjoin = one.last + 1 == two.first or two.last + 1 == one.first
  if not adjoin or one.person ~= two.person then return negative(call, 'wrong_range', 'other') end
  return commit(call, 'range_merged', {
    queue = tonumber(arg.queue), person = one.person, range = tonumber(arg.range), other = tonumber(arg.other),
    reason = tonumber(arg.reason),
  })
end)
