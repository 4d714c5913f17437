-- depth: the counters of a queue, its first waiting entry, and when the next lease ends.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue
--
-- Returns one of
--   {'ok', seq, chain, clock, map}   tasks by state, entries available; oldest entry (0: none), next_free in ms (-1: none), not_added, paused (mode), archived; owner, hidden, pressed 0/1 (see queues.load);
--                                    reviews, if it ever had review: {on (0/1), stages (of each kind, its review tasks by state)}
--   {'not_found', seq, chain, clock, 'queue'}
local function oldest_entry(heads)
  local oldest
  for _, lane in pairs(heads) do
    for _, head in ipairs({ 'b', 'g' }) do
      local entry = lane[head] and lane[head] % RANK_STEP
      if entry and (not oldest or entry < oldest) then oldest = entry end
    end
  end
  return oldest or 0
end

-- What is to be reviewed of a queue, and was.
local function of_reviews(P, queue)
  local list = {}
  for kind = REVIEW, EXPERT_REVIEW do list[kind] = queues.count(P, kind * STAGE + queue.number, {}) end
  return { on = queue.review.on, stages = list }
end

read('depth', function(call, arg)
  local P = call.P
  local not_added = redis.call('HGET', keys.queue(P, arg.queue), 'not_added')
  if not not_added then return negative(call, 'not_found', 'queue') end
  local heads, available = lanes.heads(P, arg.queue), 0
  for _, lane in pairs(heads) do available = available + lanes.size(P, arg.queue, lane.class) end
  local result = { oldest = oldest_entry(heads), next_free = -1, not_added = tonumber(not_added), available = available }
  queues.count(P, arg.queue, result)
  local queue = queues.load(P, arg.queue)
  result.paused, result.archived = queue.control.paused, queue.control.archived
  result.owner, result.hidden, result.pressed = queue.owner, queue.hidden or 0, queue.pressed and 1 or 0
  if queue.review then result.reviews = of_reviews(P, queue) end
  local first = leases.first(P, queue)
  if first then result.next_free = leases.left(call, first) end
  return value(call, result)
end)
