-- Effects of events about queues that are deleted.

-- From here on there is no such queue, and nobody holds anything in it.
function apply.queue_deleted(P, event)
  local b = event.body
  local queue = queues.load(P, b.queue)
  count_uses(P, queue.groups, -1)
  gone.unlist(P, b.queue)
  gone.unfollow(P, b.queue)
  gone.drop_delayed(P, b.queue)
  reviews.lots.bury(P, b.queue)
  gone.bury(P, queue)
  stir(b.queue)
  begin_operation(P, event, b.held > 0 and RUNNING or SUCCEEDED,
    { verb = VERB.DELETE_QUEUE, queues = { b.queue }, dataset = 0, content = 0, total = b.held, last = b.last })
  if b.held == 0 then gone.tidy(P, b.queue) end
end

-- Leases in a queue that was deleted end. Their records go with those of the other entries.
function apply.dropped(P, event)
  local queue, holders = event.body.queue, {}
  for _, task in ipairs(event.body.tasks) do
    local name = task_name(task[1], task[2])
    redis.call('ZREM', keys.leases(P), name)
    redis.call('ZREM', keys.queue_leases(P, queue), name)
    redis.call('ZREM', keys.held(P, task[3], queue), task[1])
    holders[task[3]] = true
  end
  for person in pairs(holders) do
    if redis.call('EXISTS', keys.held(P, person, queue)) == 0 then
      redis.call('SREM', keys.holding(P, person), queue)
      end_together(P, queue, person)
    end
  end
end
