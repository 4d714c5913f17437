-- drop_holds: one chunk of what is left to do once a queue was deleted: leases in it end.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue limit
--
-- Returns one of
--   {'ok', seq, chain, clock, dropped}
--   {'idle', seq, chain, clock}   there is none left
local function alone(P, queue, limit)
  local tasks = {}
  for _, member in ipairs(redis.call('ZRANGE', keys.queue_leases(P, queue), 0, limit - 1)) do
    local entry, i = string.match(member, '^(%d+):(%d+)$')
    local record = gone.record(P, tonumber(entry))
    if record then tasks[#tasks + 1] = { tonumber(entry), tonumber(i), record.s[tonumber(i)][2] } end
  end
  return tasks
end

-- The same in a queue with batches.
local function together(P, queue, tasks, limit)
  for _, person in ipairs(redis.call('ZRANGE', keys.queue_batch_leases(P, queue), 0, limit - 1)) do
    for _, member in ipairs(redis.call('ZRANGE', keys.held(P, person, queue), 0, limit - 1)) do
      local record = gone.record(P, tonumber(member))
      for i, slot in ipairs(record and record.s or NONE) do
        local theirs = HELD[slot[1]] and slot[2] == tonumber(person)
        if theirs and #tasks < limit then tasks[#tasks + 1] = { tonumber(member), i, slot[2] } end
      end
    end
    if #tasks == limit then return end
  end
end

change('drop_holds', { 'allow-oom' }, function(call, arg)
  for _, queue in ipairs(stages.all(tonumber(arg.queue))) do
    local tasks = alone(call.P, queue, tonumber(arg.limit))
    if #tasks == 0 then together(call.P, queue, tasks, tonumber(arg.limit)) end
    if #tasks > 0 then return commit(call, 'dropped', { queue = queue, tasks = tasks }) end
  end
  return negative(call, 'idle')
end)
