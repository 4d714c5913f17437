-- Which queues have work to give, in the order in which a project-wide Reserve asks them: priority, due date,
-- then the queue that served least recently (SEMANTICS §1).
local open = {}

local NO_DUE = 999999999999999   -- after every date

function open.member(P, queue)
  local served = number_or(redis.call('HGET', keys.served(P), queue.number), 0)
  local due = queue.due_ms > 0 and queue.due_ms or NO_DUE
  return string.format('%d:%015d:%016d:%010d', queue.priority, due, served, queue.number)
end

function open.queue_of(member) return tonumber(string.match(member, '(%d+)$')) end

-- Whether anybody may be given anything there now.
local function has_work(P, queue)
  if not queue or closed(queue) ~= '' or queue.distributed > 0 or queue.manual == 1 or queue.pressed then return false end
  return lanes.any(P, queue.number, lanes.heads(P, queue.number))
end

local function place(P, number)
  seen.queues[number] = nil   -- the event may have changed its rules
  local queue = queues.load(P, number)
  local before = redis.call('HGET', keys.opened(P), number)
  local now = has_work(P, queue) and open.member(P, queue)
  if before == now then return end
  if before then redis.call('ZREM', keys.open(P), before) end
  if now then
    redis.call('ZADD', keys.open(P), 0, now)
    redis.call('HSET', keys.opened(P), number, now)
  elseif before then
    redis.call('HDEL', keys.opened(P), number)
  end
end

-- After an event: notes where work can be had anew, and puts every queue that it stirred where it belongs; those that
-- a replay's run of events has stirred, when it ends.
settle_open = function(P)
  for queue in pairs(seen.gained or NONE) do writes.rank(keys.gains(P), seen.seq, queue) end
  seen.gained = false
  if writes.run then return end
  for queue in pairs(seen.stirred or NONE) do place(P, queue) end
  seen.stirred = false
end
