-- Delays: what is in a queue, but waits for its time. It has no entry numbers: it gets them when that comes, so
-- that the order is that of the moment in which tasks can first be given.
local delays = {}

-- The wall clock by which they are judged; it never goes back.
function delays.now(call) return math.max(wall_ms(), call.wall) end

-- In how many ms the first of the queue's becomes entries, or nil.
function delays.first(call, queue)
  local first = redis.call('ZRANGE', keys.queue_delayed(call.P, queue), 0, 0, 'WITHSCORES')
  return first[1] and math.max(0, tonumber(first[2]) - delays.now(call))
end

function delays.put(P, seq, b)
  redis.call('ZADD', keys.delayed(P), b.not_before, seq)
  redis.call('ZADD', keys.queue_delayed(P, b.queue), b.not_before, seq)
  redis.call('HSET', keys.delayed_runs(P), seq, cmsgpack.pack({
    queue = b.queue, dataset = b.dataset, priority = b.priority, count = b.count, runs = b.runs,
    generation = generation(P, b.queue),
  }))
end

-- Counts so many items more, or fewer, as waiting for their time.
function delays.count(P, queue, items)
  redis.call('HINCRBY', keys.counts(P, queue), 'delayed', items * queues.load(P, queue).slots)
end

function delays.take(P, queue, seq)
  redis.call('ZREM', keys.delayed(P), seq)
  redis.call('ZREM', keys.queue_delayed(P, queue), seq)
  redis.call('HDEL', keys.delayed_runs(P), seq)
end

-- What waits in a queue, of one attached dataset or (0) at all, is due at once, to be dropped.
function delays.hasten(P, queue, dataset)
  for _, seq in ipairs(redis.call('ZRANGE', keys.queue_delayed(P, queue), 0, -1)) do
    local waits = cmsgpack.unpack(redis.call('HGET', keys.delayed_runs(P), seq))
    if dataset == 0 or waits.dataset == dataset then
      redis.call('ZADD', keys.delayed(P), 0, seq)
      redis.call('ZADD', keys.queue_delayed(P, queue), 0, seq)
    end
  end
end

-- Whether what waited is not to come any more: its queue was cleared, or its dataset detached or deleted.
function delays.obsolete(P, waits)
  if waits.generation ~= generation(P, waits.queue) or fences.deleted(P, waits.runs) then return true end
  return waits.dataset > 0 and redis.call('HEXISTS', keys.attached(P, waits.queue), waits.dataset) == 0
end
