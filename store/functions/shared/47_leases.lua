-- Leases: when what somebody holds ends. In a queue with batches the deadline belongs to (person, queue):
-- all that the person holds there ends together, so to move it is one write, however much they hold.
local leases = {}

-- The deadline of a hold on the lease clock; FOREVER: it does not end by itself. 0: there is no such hold.
function leases.deadline(P, queue, person, entry, i)
  if queue.batch_size > 0 then
    return number_or(redis.call('ZSCORE', keys.queue_batch_leases(P, queue.number), person), 0)
  end
  return number_or(redis.call('ZSCORE', keys.queue_leases(P, queue.number), task_name(entry, i)), 0)
end

-- The same as answers tell it: 0 of one that does not end by itself.
function leases.ending(P, queue, person, entry, i)
  local deadline = leases.deadline(P, queue, person, entry, i)
  return deadline < FOREVER and deadline or 0
end

-- How many ms a hold lasts still; -1: it does not end by itself.
function leases.left(call, deadline)
  if deadline == FOREVER then return -1 end
  return math.max(0, deadline - call.clock)
end

-- What a person holds of an entry: {queue, entry, slot, class, priority, state, token, ms left, score} each.
function leases.rows(call, queue, person, entry, score)
  local record, rows = entries.load(call.P, entry), {}
  for i, slot in ipairs(record.s) do
    if HELD[slot[1]] and slot[2] == person then
      local left = leases.left(call, leases.deadline(call.P, queue, person, entry, i))
      rows[#rows + 1] = { queue.number, entry, i, record.c, record.p, slot[1], slot[3], left, score }
    end
  end
  return rows
end

-- Whether a lease begins when what somebody holds is started: it was given to them, and has none yet.
function leases.begins(P, held)
  if held.slot[6] ~= GIVEN then return false end
  local queue = queues.load(P, held.record.q)
  return leases.deadline(P, queue, held.person.number, held.entry, held.i) == FOREVER
end

-- The earliest deadline in a queue, FOREVER if no hold there ends by itself, or nil: nobody holds anything.
function leases.first(P, queue)
  local ends = queue.batch_size > 0 and keys.queue_batch_leases or keys.queue_leases
  local first = redis.call('ZRANGE', ends(P, queue.number), 0, 0, 'WITHSCORES')
  return first[1] and tonumber(first[2])
end

-- The same in the project, of reviews too; those of a deleted queue count until they have ended in the background.
function leases.first_of_all(P)
  local alone = redis.call('ZRANGE', keys.leases(P), 0, 0, 'WITHSCORES')[2]
  local together = redis.call('ZRANGE', keys.batch_leases(P), 0, 0, 'WITHSCORES')[2]
  if not (alone or together) then return nil end
  return math.min(number_or(alone, INFINITE), number_or(together, INFINITE))
end

-- Whether any lease of the project runs.
function leases.run(P) return (leases.first_of_all(P) or FOREVER) < FOREVER end

-- In how many ms the first of them ends; nil: none does by itself.
function leases.next_free(call, first)
  return first < FOREVER and math.max(0, first - call.clock) or nil
end

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
