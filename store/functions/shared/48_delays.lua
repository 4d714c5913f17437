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

local function write(P, seq, waits) redis.call('HSET', keys.delayed_runs(P), seq, cmsgpack.pack(waits)) end

-- What waits since an event, or nil: {queue, dataset, count, runs}, each run {class, first item, count, rank}.
function delays.load(P, seq)
  return unpacked(redis.call('HGET', keys.delayed_runs(P), seq), nil)
end

function delays.put(P, seq, b)
  redis.call('ZADD', keys.delayed(P), b.not_before, seq)
  redis.call('ZADD', keys.queue_delayed(P, b.queue), b.not_before, seq)
  local runs = {}
  for i, run in ipairs(b.runs) do runs[i] = { run[1], run[2], run[3], b.priority } end
  write(P, seq, { queue = b.queue, dataset = b.dataset, count = b.count, runs = runs })
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

-- Adds items to runs, to the last of them where they go on with it.
local function append(runs, class, first, count, rank)
  if count <= 0 then return end
  local last = runs[#runs]
  if last and last[1] == class and last[4] == rank and last[2] + last[3] == first then last[3] = last[3] + count
  else runs[#runs + 1] = { class, first, count, rank } end
end

-- Items as a set, the first and the last of them.
local function bounded(items)
  local set, low, high = {}, items[1] or 0, items[1] or -1
  for _, item in ipairs(items) do
    set[item] = true
    low, high = math.min(low, item), math.max(high, item)
  end
  return set, low, high
end

-- The part of a run in which the items may be: from, to. What is not between them is not looked at one by one.
local function between(run, low, high) return math.max(run[2], low), math.min(run[2] + run[3] - 1, high) end

-- The runs with these items at another rank or (nil) without them.
local function edited(runs, items, rank)
  local left, set, low, high = {}, bounded(items)
  for _, run in ipairs(runs) do
    local from, to = between(run, low, high)
    if from > to then append(left, unpack(run))
    else
      append(left, run[1], run[2], from - run[2], run[4])
      for item = from, to do
        if not set[item] then append(left, run[1], item, 1, run[4])
        elseif rank then append(left, run[1], item, 1, rank) end
      end
      append(left, run[1], to + 1, run[2] + run[3] - 1 - to, run[4])
    end
  end
  return left
end

-- From here on these runs are what waits since event `seq`; their queue.
local function put_runs(P, seq, waits, runs)
  waits.runs, waits.count = runs, 0
  for _, run in ipairs(runs) do waits.count = waits.count + run[3] end
  if waits.count == 0 then delays.take(P, waits.queue, seq) else write(P, seq, waits) end
  return waits.queue
end

-- Whether all these items wait: `portions` lists {event that made them wait, {item…}}; with `queue`, in that one.
function delays.all_wait(P, portions, queue)
  for _, portion in ipairs(portions) do
    local waits, found, set, low, high = delays.load(P, portion[1]), 0, bounded(portion[2])
    if not waits or queue and waits.queue ~= queue then return false end
    for _, run in ipairs(waits.runs) do
      local from, to = between(run, low, high)
      for item = from, to do found = found + (set[item] and 1 or 0) end
    end
    if found ~= #portion[2] then return false end
  end
  return true
end

-- Items wait no more, and do not come.
function delays.drop(P, seq, items)
  local waits = delays.load(P, seq)
  local queue = put_runs(P, seq, waits, edited(waits.runs, items, nil))
  delays.count(P, queue, -#items)
  redis.call('HINCRBY', keys.counts(P, queue), 'tasks', -#items * queues.load(P, queue).slots)
  return queue
end

-- Items come with another rank.
function delays.rerank(P, seq, items, rank)
  local waits = delays.load(P, seq)
  put_runs(P, seq, waits, edited(waits.runs, items, rank))
end

-- What comes next of what waits: its first rank, the runs that have it, and how many items those are.
function delays.next(waits)
  local first = waits.runs[1][4]
  for _, run in ipairs(waits.runs) do first = math.min(first, run[4]) end
  local runs, count = {}, 0
  for _, run in ipairs(waits.runs) do
    if run[4] == first then
      runs[#runs + 1] = { run[1], run[2], run[3] }
      count = count + run[3]
    end
  end
  return first, runs, count
end

-- The items of one rank wait no more: they come.
function delays.let_in(P, seq, rank)
  local waits, left = delays.load(P, seq), {}
  for _, run in ipairs(waits.runs) do
    if run[4] ~= rank then append(left, unpack(run)) end
  end
  put_runs(P, seq, waits, left)
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

-- The score of what is not to come any more, and is dropped instead.
local NEVER = 0

-- What waits in a queue, of one attached dataset or (0) at all, is due at once, to be dropped: for good, even if
-- the dataset is attached again before it is.
function delays.hasten(P, queue, dataset)
  for _, seq in ipairs(redis.call('ZRANGE', keys.queue_delayed(P, queue), 0, -1)) do
    local waits = delays.load(P, seq)
    if dataset == 0 or waits.dataset == dataset then
      redis.call('ZADD', keys.delayed(P), NEVER, seq)
      redis.call('ZADD', keys.queue_delayed(P, queue), NEVER, seq)
    end
  end
end

-- Whether what was due at this score is not to come any more: its queue was cleared, or its dataset detached or
-- deleted.
function delays.obsolete(P, due, waits) return tonumber(due) == NEVER or fences.deleted(P, waits.runs) end

-- How often something that waits in a queue is still to be dropped.
function delays.to_drop(P, queue) return redis.call('ZCOUNT', keys.queue_delayed(P, queue), NEVER, NEVER) end
