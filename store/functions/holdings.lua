-- holdings: the tasks a person holds, by queue and order, one page.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person queue after_queue after_score limit
--   queue                    0: in all queues
--   after_queue after_score  where the page before ended; 0 -1 at the start
--
-- Returns one of
--   {'ok', seq, chain, clock, list}   {queue, entry, slot, class, priority, state, token, ms left, score} each
--   {'not_found', seq, chain, clock, 'queue'}

local function page_of(call, person, queue, after, list, limit)
  local held = redis.call('ZRANGEBYSCORE', keys.held(call.P, person, queue),
    string.format('(%.0f', after), '+inf', 'WITHSCORES', 'LIMIT', 0, limit - #list)
  for n = 1, #held, 2 do
    local rows = leases.rows(call, queues.load(call.P, queue), person, tonumber(held[n]), tonumber(held[n + 1]))
    for _, row in ipairs(rows) do list[#list + 1] = row end
  end
end

read('holdings', function(call, arg)
  local person, limit = tonumber(arg.person), tonumber(arg.limit)
  local named = arg.queue ~= '0'
  if named and not queues.load(call.P, arg.queue) then return negative(call, 'not_found', 'queue') end
  local in_queues = named and { tonumber(arg.queue) } or people.holding(call.P, person)
  local after_queue, list = tonumber(arg.after_queue), {}
  for _, queue in ipairs(in_queues) do
    if queue >= after_queue and #list < limit then
      page_of(call, person, queue, queue == after_queue and tonumber(arg.after_score) or -1, list, limit)
    end
  end
  return value(call, list)
end)
