-- Operations: bulk verbs that one event begins, chunks carry out, and one event ends. What a chunk does is
-- the business of the function that the chunk calls; here is only where an operation stands.
local operations = {}

function operations.load(P, operation)
  local f = redis.call('HMGET', keys.operation(P, operation),
    'state', 'chunk', 'verb', 'actor', 'queues', 'dataset', 'content', 'total', 'last_entry', 'people')
  if not f[1] then return nil end
  return {
    operation = tonumber(operation), state = tonumber(f[1]), chunk = tonumber(f[2]), verb = tonumber(f[3]),
    actor = tonumber(f[4]), queues = cmsgpack.unpack(f[5]), dataset = tonumber(f[6]),
    content = tonumber(f[7]), total = tonumber(f[8]), last_entry = tonumber(f[9]),
    people = unpacked(f[10], NONE),
  }
end

-- An operation begins, by an event that says what: its number is the seq of the event.
function operations.begin(P, event, state, b)
  redis.call('HSET', keys.operation(P, event.seq), 'state', state, 'chunk', 0, 'verb', b.verb,
    'actor', event.actor, 'queues', cmsgpack.pack(b.queues), 'dataset', b.dataset,
    'content', b.content, 'total', b.total, 'last_entry', b.last)
  if b.people then redis.call('HSET', keys.operation(P, event.seq), 'people', cmsgpack.pack(b.people)) end
  if state == RUNNING then redis.call('SADD', keys.running(P), event.seq)
  else redis.call('ZADD', keys.ended(P), event.wall, event.seq) end
end

-- An event that recalls begins an operation that watches, if `open` says how many tasks it is about (else -1).
function operations.watch(P, event, verb, in_queues, some)
  if event.body.open < 0 then return end
  operations.begin(P, event, RUNNING, { verb = verb, queues = in_queues, dataset = 0, content = 0,
    total = event.body.open, last = 0, people = some })
end

-- What people of a queue, or (nil) of any, hold.
function operations.held_by(P, some, queue)
  local held = 0
  for _, person in ipairs(some) do
    local in_queues = queue and { queue } or redis.call('SMEMBERS', keys.holding(P, person))
    for _, number in ipairs(in_queues) do
      if queues.load(P, number) then held = held + redis.call('ZCARD', keys.held(P, person, number)) end
    end
  end
  return held
end

-- Those of the people who are being recalled.
local function recalled(P, some)
  local list = {}
  for _, person in ipairs(some) do
    if redis.call('HEXISTS', keys.recalls(P), person) == 1 then list[#list + 1] = person end
  end
  return list
end

-- How many tasks an operation that watches a recall has still to see taken back; nil: the recall is over.
function operations.left(P, operation)
  local queue, those = operation.queues[1], recalled(P, operation.people)
  if operation.verb == VERB.REMOVE_MEMBERS then return those[1] and operations.held_by(P, those) end
  if not queues.load(P, queue) then return nil end   -- it was deleted, and with it what was held there
  local in_batches = recalled(P, redis.call('ZRANGE', keys.queue_batch_leases(P, queue), 0, -1))
  if not (those[1] or in_batches[1]) and redis.call('HEXISTS', keys.queue_recalls(P), queue) == 0 then return nil end
  if operation.verb == VERB.REMOVE_CONTRIBUTORS then return operations.held_by(P, those, queue) end
  return number_or(redis.call('HGET', keys.counts(P, queue), 'assigned'), 0)
end
