-- Effects of events about operations.

function apply.operation_begun(P, event)
  local b = event.body
  redis.call('HSET', keys.operation(P, event.seq), 'state', RUNNING, 'chunk', 0, 'verb', b.verb,
    'actor', event.actor, 'queues', cmsgpack.pack(b.queues), 'dataset', b.dataset,
    'content', b.content, 'total', b.total)
  redis.call('SADD', keys.running(P), event.seq)
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
