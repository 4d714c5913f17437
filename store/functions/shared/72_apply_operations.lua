-- Effects of events about operations.

local function begin_operation(P, event, state, b)
  redis.call('HSET', keys.operation(P, event.seq), 'state', state, 'chunk', 0, 'verb', b.verb,
    'actor', event.actor, 'queues', cmsgpack.pack(b.queues), 'dataset', b.dataset,
    'content', b.content, 'total', b.total)
  if state == RUNNING then redis.call('SADD', keys.running(P), event.seq)
  else redis.call('ZADD', keys.ended(P), event.wall, event.seq) end
end

function apply.operation_begun(P, event) begin_operation(P, event, RUNNING, event.body) end

-- From here on the queue's lanes are empty ones of a new generation. Records of the older one are read as
-- they are since (46_entries); what is left of its indexes is dropped by `tidy`.
function apply.cleared(P, event)
  local b = event.body
  redis.call('HSET', keys.queue(P, b.queue), 'generation', b.generation, 'added_seq', event.seq)
  redis.call('HSET', keys.totals(P), 'cleared', 1)
  if b.removed > 0 then redis.call('HINCRBY', keys.counts(P, b.queue), 'removed', b.removed) end
  redis.call('SADD', keys.tidying(P), string.format('%d/%d', b.queue, b.generation - 1))
  begin_operation(P, event, SUCCEEDED,
    { verb = CLEAR_WAITING, queues = { b.queue }, dataset = 0, content = 0, total = b.removed })
end

function apply.operation_ended(P, event)
  local b = event.body
  redis.call('HSET', keys.operation(P, b.operation), 'state', b.state)
  redis.call('SREM', keys.running(P), b.operation)
  redis.call('ZADD', keys.ended(P), event.wall, b.operation)
end

function apply.operations_retried(P, event)
  for _, operation in ipairs(event.body.operations) do
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
