-- holdings: the tasks a person holds, by queue and order, one page.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person queue after_queue after_score limit
--   queue                    0: in all queues
--   after_queue after_score  where the page before ended; 0 -1 at the start
--
-- Returns one of
--   {'ok', seq, chain, clock, list}   {queue, entry, slot, class, priority, state, token, ms left, score} each

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
  local in_queues = arg.queue ~= '0' and { arg.queue } or redis.call('SMEMBERS', keys.holding(call.P, person))
  for i, queue in ipairs(in_queues) do in_queues[i] = tonumber(queue) end
  table.sort(in_queues)
  local after_queue, list = tonumber(arg.after_queue), {}
  for _, queue in ipairs(in_queues) do
    if queue >= after_queue and #list < limit then
      page_of(call, person, queue, queue == after_queue and tonumber(arg.after_score) or -1, list, limit)
    end
  end
  return value(call, list)
end)
