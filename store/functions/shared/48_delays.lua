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

-- The runs of what waits without some items (item -> true), and how many of those are in it.
function delays.without(waits, items)
  local left, found = {}, 0
  for _, run in ipairs(waits.runs) do
    local start, beyond = run[2], run[2] + run[3]
    for item = start, beyond do
      if item == beyond or items[item] then
        if item > start then left[#left + 1] = { run[1], start, item - start } end
        start, found = item + 1, found + (item < beyond and 1 or 0)
      end
    end
  end
  return left, found
end

local function set_of(list)
  local set = {}
  for _, element in ipairs(list) do set[element] = true end
  return set
end

-- What waits since event `seq`, its runs without these items, and whether all of them wait there.
function delays.cut(P, seq, items)
  local packed = redis.call('HGET', keys.delayed_runs(P), seq)
  if not packed then return nil, nil, false end
  local waits = cmsgpack.unpack(packed)
  local left, found = delays.without(waits, set_of(items))
  return waits, left, found == #items
end

-- Items wait no more, and do not come.
function delays.drop(P, seq, items)
  local waits, left = delays.cut(P, seq, items)
  waits.runs, waits.count = left, waits.count - #items
  if waits.count == 0 then delays.take(P, waits.queue, seq)
  else redis.call('HSET', keys.delayed_runs(P), seq, cmsgpack.pack(waits)) end
  delays.count(P, waits.queue, -#items)
  redis.call('HINCRBY', keys.counts(P, waits.queue), 'tasks', -#items * queues.load(P, waits.queue).slots)
  return waits.queue
end

-- The last event that made items wait, or that took some out of their dataset: who knows of that event knows
-- which ones wait, unless their time has come since.
function delays.known(P)
  local f = redis.call('HMGET', keys.totals(P), 'delayed_seq', 'removed_seq')
  return math.max(number_or(f[1], 0), number_or(f[2], 0))
end

-- The last event by which a queue had other items, or a dataset fewer: additions that were prepared before
-- are prepared again.
function delays.added_seq(P, added_seq)
  return math.max(added_seq, number_or(redis.call('HGET', keys.totals(P), 'removed_seq'), 0))
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
