-- Effects of events about operations.

local begin_operation = operations.begin

local function put_fences(P, queue, list)
  stir(queue)
  local key = keys.queue(P, queue)
  if #list > 0 then redis.call('HSET', key, 'fences', cmsgpack.pack(list))
  else redis.call('HDEL', key, 'fences') end
end

local function fences_of(P, queue)
  return unpacked(redis.call('HGET', keys.queue(P, queue), 'fences'), {})
end

-- The dataset is attached to these queues no more, and its entries there are covered from here on.
local function raise_fences(P, event)
  local b = event.body
  for _, queue in ipairs(b.queues) do
    local list = fences_of(P, queue)
    list[#list + 1] = { b.dataset, b.last }
    put_fences(P, queue, list)
    redis.call('HDEL', keys.attached(P, queue), b.dataset)
    if redis.call('HINCRBY', keys.followed(P), b.dataset, -1) == 0 then redis.call('HDEL', keys.followed(P), b.dataset) end
    delays.hasten(P, queue, b.dataset)
    redis.call('HSET', keys.queue(P, queue), 'added_seq', event.seq)
  end
  redis.call('HSET', keys.totals(P), 'fenced', 1)
end

-- Items are the dataset's no more, or wait for their time no more.
local function take_items(P, event)
  if #event.body.items > 0 then redis.call('HSET', keys.totals(P), 'removed_seq', event.seq) end
  for _, portion in ipairs(event.body.delayed) do
    local queue = delays.drop(P, portion[1], portion[2])
    redis.call('HSET', keys.queue(P, queue), 'added_seq', event.seq)
  end
end

function apply.operation_begun(P, event)
  local b = event.body
  take_items(P, event)
  begin_operation(P, event, RUNNING, b)
  if b.verb == VERB.DETACH_DATASET or b.verb == VERB.DELETE_DATASET then raise_fences(P, event) end
  if b.verb == VERB.DELETE_DATASET then redis.call('SMOVE', keys.datasets(P), keys.deleted_datasets(P), b.dataset) end
end

-- All that the fences covered is removed.
local function lower_fences(P, operation)
  for _, queue in ipairs(operation.queues) do
    local left = {}
    for _, fence in ipairs(fences_of(P, queue)) do
      if fence[1] ~= operation.dataset or fence[2] ~= operation.last_entry then left[#left + 1] = fence end
    end
    put_fences(P, queue, left)
  end
end

-- From here on the queue's lanes are empty ones of a new generation. Records of the older one are read as
-- they are since (46_entries); what is left of its indexes is dropped by `tidy`.
function apply.cleared(P, event)
  local b = event.body
  redis.call('HSET', keys.queue(P, b.queue), 'generation', b.generation, 'added_seq', event.seq,
    'cleared_seq', event.seq)
  redis.call('HSET', keys.totals(P), 'cleared', 1)
  keys.uncleared, seen.generations = false, false   -- not any more
  stir(b.queue)
  if b.removed > 0 then redis.call('HINCRBY', keys.counts(P, b.queue), 'removed', b.removed) end
  delays.hasten(P, b.queue, 0)
  redis.call('SADD', keys.tidying(P), string.format('%d/%d', b.queue, b.generation - 1))
  begin_operation(P, event, SUCCEEDED,
    { verb = VERB.CLEAR_WAITING, queues = { b.queue }, dataset = 0, content = 0, total = b.removed, last = b.last })
end

function apply.operation_ended(P, event)
  local b = event.body
  local operation = operations.load(P, b.operation)
  if b.state == SUCCEEDED and operation.verb == VERB.DELETE_QUEUE then gone.tidy(P, operation.queues[1])
  elseif b.state == SUCCEEDED and UNDIVIDED[operation.verb] then lower_fences(P, operation) end
  if operation.verb == VERB.MOVE then
    local moves = plans.moves(P, b.operation)
    plans.unmark(P, operation.queues[1], moves.sources)
    moves.ended = event.clock
    plans.put_moves(P, b.operation, moves)
  end
  redis.call('HSET', keys.operation(P, b.operation), 'state', b.state)
  redis.call('SREM', keys.running(P), b.operation)
  redis.call('ZADD', keys.ended(P), event.wall, b.operation)
end

function apply.operations_retried(P, event)
  for _, operation in ipairs(event.body.operations) do
    local moves = plans.moves(P, operation)
    if moves then plans.mark(P, operations.load(P, operation).queues[1], moves.sources, operation) end
    redis.call('HSET', keys.operation(P, operation), 'state', RUNNING)
    redis.call('SADD', keys.running(P), operation)
    redis.call('ZREM', keys.ended(P), operation)
  end
end

function apply.history_cleaned(P, event)
  for _, operation in ipairs(event.body.operations) do
    redis.call('UNLINK', keys.operation(P, operation))
    redis.call('ZREM', keys.ended(P), operation)
  end
end
