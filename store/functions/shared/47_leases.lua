-- Leases: when what somebody holds ends. In a queue with batches the deadline belongs to (person, queue):
-- all that the person holds there ends together, so to move it is one write, however much they hold.
local leases = {}

-- The deadline of a hold on the lease clock; 0: it does not end by itself.
function leases.deadline(P, queue, person, entry, i)
  if queue.batch_size > 0 then
    return number_or(redis.call('ZSCORE', keys.queue_batch_leases(P, queue.number), person), 0)
  end
  return number_or(redis.call('ZSCORE', keys.queue_leases(P, queue.number), task_name(entry, i)), 0)
end

-- What a person holds of an entry: {queue, entry, slot, class, priority, state, token, ms left, score} each.
function leases.rows(call, queue, person, entry, score)
  local record, rows = entries.load(call.P, entry), {}
  for i, slot in ipairs(record.s) do
    if HELD[slot[1]] and slot[2] == person then
      local left = math.max(0, leases.deadline(call.P, queue, person, entry, i) - call.clock)
      rows[#rows + 1] = { queue.number, entry, i, record.c, record.p, slot[1], slot[3], left, score }
    end
  end
  return rows
end

-- The earliest deadline in a queue, or nil.
function leases.first(P, queue)
  local ends = queue.batch_size > 0 and keys.queue_batch_leases or keys.queue_leases
  local first = redis.call('ZRANGE', ends(P, queue.number), 0, 0, 'WITHSCORES')
  return first[1] and tonumber(first[2])
end

-- The earliest deadline in the project, or nil.
function leases.first_of_all(P)
  local alone = redis.call('ZRANGE', keys.leases(P), 0, 0, 'WITHSCORES')[2]
  local together = redis.call('ZRANGE', keys.batch_leases(P), 0, 0, 'WITHSCORES')[2]
  if not (alone or together) then return nil end
  return math.min(number_or(alone, INFINITE), number_or(together, INFINITE))
end

-- Whether any lease of the project runs.
function leases.run(P) return redis.call('EXISTS', keys.leases(P), keys.batch_leases(P)) > 0 end

-- Whether any lease of the project is at its end.
function leases.due(P, clock)
  return redis.call('ZCOUNT', keys.leases(P), '-inf', clock) > 0
    or redis.call('ZCOUNT', keys.batch_leases(P), '-inf', clock) > 0
end

local function run_together(P, queue, person, deadline)
  writes.rank(keys.batch_leases(P), deadline, text(queue) .. ':' .. text(person))
  writes.rank(keys.queue_batch_leases(P, queue), deadline, person)
end

local function end_together(P, queue, person)
  redis.call('ZREM', keys.batch_leases(P), text(queue) .. ':' .. text(person))
  redis.call('ZREM', keys.queue_batch_leases(P, queue), person)
end
