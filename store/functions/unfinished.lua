-- unfinished: the first tasks that a person holds in a queue: corrections first, each part in order.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person limit first last
--   first last   entries: only what lies between, both included
--
-- Returns one of
--   {'ok', seq, chain, clock, list}   as of holdings
--   {'not_found', seq, chain, clock, 'queue'}
read('unfinished', function(call, arg)
  local queue, person, first, others = queues.load(call.P, arg.queue), tonumber(arg.person), {}, {}
  if not queue then return negative(call, 'not_found', 'queue') end
  local from, to = tonumber(arg.first), tonumber(arg.last)
  local held = redis.call('ZRANGE', keys.held(call.P, person, queue.number), 0, -1, 'WITHSCORES')
  for n = 1, #held, 2 do
    for _, row in ipairs(leases.rows(call, queue, person, tonumber(held[n]), tonumber(held[n + 1]))) do
      local inside = from <= row[2] and row[2] <= to
      local correction = entries.load(call.P, row[2]).s[row[3]][6] == 1
      local list = correction and first or others
      if inside then list[#list + 1] = row end
    end
  end
  for n = 1, #others do first[#first + 1] = others[n] end
  return value(call, { unpack(first, 1, math.min(#first, tonumber(arg.limit))) })
end)
