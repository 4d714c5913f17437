-- holdings: the tasks a person holds, by queue and order, one page.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    person queue after_queue after_score limit
--   queue                    0: in all queues
--   after_queue after_score  where the page before ended; 0 -1 at the start
--
-- Returns one of
--   {'ok', seq, chain, clock, list}   {queue, entry, slot, class, priority, state, token, ms left, score} each

local function page_of(P, person, queue, after, list, limit)
  local entries_held = redis.call('ZRANGEBYSCORE', keys.held(P, person, queue),
    string.format('(%.0f', after), '+inf', 'WITHSCORES', 'LIMIT', 0, limit - #list)
  for n = 1, #entries_held, 2 do
    local entry = tonumber(entries_held[n])
    local record = entries.load(P, entry)
    for i, slot in ipairs(record.s) do
      if HELD[slot[1]] and slot[2] == person then
        local deadline = leases.deadline(P, queues.load(P, queue), person, entry, i)
        list[#list + 1] = { queue, entry, i, record.c, record.p, slot[1], slot[3], deadline,
          tonumber(entries_held[n + 1]) }
      end
    end
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
      page_of(call.P, person, queue, queue == after_queue and tonumber(arg.after_score) or -1, list, limit)
    end
  end
  for _, hold in ipairs(list) do hold[8] = math.max(0, hold[8] - call.clock) end
  return value(call, list)
end)
