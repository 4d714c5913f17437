-- attachments: which datasets which queues follow, and how far; one page of queues.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    after limit
--   after  queue number where the page before ended, or 0
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   next (0: that was all), attached {{queue, dataset, cursor}…}
read('attachments', function(call, arg)
  local numbers = redis.call('SMEMBERS', keys.queues(call.P))
  for i, queue in ipairs(numbers) do numbers[i] = tonumber(queue) end
  table.sort(numbers)
  local attached, looked, after = {}, 0, tonumber(arg.after)
  for _, queue in ipairs(numbers) do
    if queue > after then
      if looked == tonumber(arg.limit) then return value(call, { next = after, attached = attached }) end
      local cursors = redis.call('HGETALL', keys.attached(call.P, queue))
      for i = 1, #cursors, 2 do
        attached[#attached + 1] = { queue, tonumber(cursors[i]), tonumber(cursors[i + 1]) }
      end
      looked, after = looked + 1, queue
    end
  end
  return value(call, { next = 0, attached = attached })
end)
