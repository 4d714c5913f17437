-- Gone: what is left of a queue that was deleted. Its event puts everything out of reach at once (no rules, so no
-- queue; no records, so no tasks: 46_entries); chunks end its leases, and `tidy` drops the rest.
local gone = {}

-- What the queue was a part of, and is no more.
function gone.unlist(P, queue)
  redis.call('SREM', keys.queues(P), queue)
  redis.call('HDEL', keys.served(P), queue)
  redis.call('HDEL', keys.queue_recalls(P), queue)
  redis.call('ZREM', keys.gains(P), queue)
end

function gone.unfollow(P, queue)
  for _, dataset in ipairs(redis.call('HKEYS', keys.attached(P, queue))) do
    if redis.call('HINCRBY', keys.followed(P), dataset, -1) == 0 then redis.call('HDEL', keys.followed(P), dataset) end
  end
end

-- What waits for its time is not to come.
function gone.drop_delayed(P, queue)
  for _, seq in ipairs(redis.call('ZRANGE', keys.queue_delayed(P, queue), 0, -1)) do delays.take(P, queue, seq) end
end

-- The generations whose indexes are still there: its own, and those that were being tidied.
local function remains(P, queue)
  local list = { generation(P, queue) }
  for _, job in ipairs(redis.call('SMEMBERS', keys.tidying(P))) do
    local number, n = string.match(job, '^(%d+)/(%d+)$')
    if tonumber(number) == queue then
      list[#list + 1] = tonumber(n)
      redis.call('SREM', keys.tidying(P), job)
    end
  end
  return list
end

-- Instead of the queue there is from now on only that it was deleted.
function gone.bury(P, queue)
  local key, was = keys.queue(P, queue.number), cmsgpack.pack(remains(P, queue.number))
  redis.call('UNLINK', key, keys.attached(P, queue.number), keys.terms(P, queue.number), keys.ranges(P, queue.number))
  redis.call('UNLINK', keys.counts(P, queue.number), keys.qa(P, queue.number), keys.qa_of(P, queue.number))
  for kind = REVIEW, EXPERT_REVIEW do
    local stage = kind * STAGE + queue.number
    redis.call('UNLINK', keys.counts(P, stage), keys.heads(P, stage), keys.review_load(P, stage))
  end
  redis.call('HSET', key, 'generation', GONE, 'classes', #queue.classes, 'was', was)
  redis.call('HSET', keys.totals(P), 'cleared', 1)
  keys.uncleared, seen.generations, seen.queues[queue.number] = false, false, nil
end

-- No lease of it is left: the rest may go.
function gone.tidy(P, queue)
  for _, n in ipairs(cmsgpack.unpack(redis.call('HGET', keys.queue(P, queue), 'was'))) do
    redis.call('SADD', keys.tidying(P), string.format('%d/%d', queue, n))
  end
end

function gone.classes(P, queue) return tonumber(redis.call('HGET', keys.queue(P, queue), 'classes')) end

-- The record of an entry of such a queue as it was; nil: it has none, or its queue is there.
function gone.record(P, entry)
  entries.load(P, entry)
  return seen.gone and seen.gone[entry]
end

-- Drops what the indexes of the queue have of a record.
local function unindex(P, entry, record)
  effects.leave_cleared(P, entry)
  if record.src then qa.forget(P, record, entry) end
  for _, slot in ipairs(record.s) do
    if slot[1] == RETURNED then
      redis.call('ZREM', keys.own(P, slot[2], record.q), entry)
      count_own(P, slot[2], record.q, -1)
    end
  end
end

local FORGOTTEN = 1000       -- in one command; entries may have many reviews

local function forget_some(P, list)
  redis.call('ZREM', keys.skipped(P), unpack(list))
  redis.call('HDEL', keys.looks(P), unpack(list))
  redis.call('HDEL', keys.touched(P), unpack(list))
  redis.call('ZREM', keys.falling(P), unpack(list))
end

local function forget_entries(P, list)
  for at = 1, #list, FORGOTTEN do
    forget_some(P, { unpack(list, at, math.min(at + FORGOTTEN - 1, #list)) })
  end
end

-- The review tasks of a record, not finished, which go with it.
local function add_reviews(P, record, tasks)
  for _, known in ipairs(record.v or NONE) do
    for _, entry in ipairs(known and known.open or NONE) do
      entries.load(P, entry)
      tasks[#tasks + 1] = { entry }
    end
  end
end

-- Drops the records among entries first .. last; how many there were.
local function drop_records(P, first, last)
  local tasks, dropped = {}, {}
  for entry = first, last do tasks[#tasks + 1] = { entry } end
  entries.fetch(P, tasks)
  for _, task in ipairs(tasks) do   -- what is added meanwhile too
    local record = gone.record(P, task[1])
    if record then
      add_reviews(P, record, tasks)
      unindex(P, task[1], record)
      dropped[#dropped + 1] = task[1]
    end
  end
  forget_entries(P, dropped)
  return #dropped
end

-- Goes through its next `limit` entries, `some` at a time, until some of them had records, which are dropped.
-- false: there was none left.
function gone.drop_entries(P, queue, limit, some)
  local runs = keys.entry_runs(P, queue)
  local run = redis.call('ZRANGE', runs, 0, 0, 'WITHSCORES')
  if not run[1] then return false end
  local first, dataset = string.match(run[1], '^(%d+):(%d+)$')
  local at, last = tonumber(first), math.min(tonumber(run[2]), tonumber(first) + limit - 1)
  repeat
    local found = drop_records(P, at, math.min(last, at + some - 1))
    at = math.min(last, at + some - 1) + 1
  until found > 0 or at > last
  redis.call('ZREM', runs, run[1])
  if at <= tonumber(run[2]) then redis.call('ZADD', runs, run[2], string.format('%d:%s', at, dataset)) end
  return true
end
