-- look: whether anybody is left who may do a task that was skipped; if not, it is ESCALATED. Looked at are
-- those skipped since, and after a change of people or rules all of them, one after the other.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--   limit  most people looked at in one call
--
-- Returns one of
--   {'ok', seq, chain, clock, escalated}
--   {'idle', seq, chain, clock}            there is nothing to look at
--   {'again'}                              there is more to look at: repeat the call

-- The next entry to look at, and how many people of it have been.
local function suspect(P)
  local entry = redis.call('HRANDFIELD', keys.looks(P))
  if entry then return entry, tonumber(redis.call('HGET', keys.looks(P), entry)) end
  local from = redis.call('HGET', keys.totals(P), 'looks_from')
  if not from then return nil end
  entry = redis.call('ZRANGEBYSCORE', keys.skipped(P), from, '+inf', 'LIMIT', 0, 1)[1]
  if entry then redis.call('HSET', keys.totals(P), 'looks_from', text(entry + 1))
  else redis.call('HDEL', keys.totals(P), 'looks_from') end
  return entry, 0
end

-- Whether one of the people may do it some day; whether its queue is open has no part in it.
local function suits(P, record, numbers)
  local queue = queues.load(P, record.q)
  for _, number in ipairs(numbers) do
    local person = people.load(P, number)
    if standing(person, queue) == '' and skilled(person, queue, record.c)
      and not has_a_slot(record, person) and not has_skipped(record, person)
      and not has_done(record, person) and not people.worked_on(record, person) then return true end
  end
  return false
end

change('look', { 'allow-oom' }, function(call, arg)
  local P, limit = call.P, tonumber(arg.limit)
  local entry, looked = suspect(P)
  if not entry then return negative(call, 'idle') end
  local record = entries.load(P, tonumber(entry))
  local numbers = redis.call('ZRANGE', keys.members(P), looked, looked + limit - 1)
  local open = record and record.x and not record.e and first_free(record)
  if not record then redis.call('ZREM', keys.skipped(P), entry) end
  if not open or suits(P, record, numbers) then
    redis.call('HDEL', keys.looks(P), entry)
  elseif #numbers == limit then
    redis.call('HSET', keys.looks(P), entry, looked + limit)
  else
    redis.call('HDEL', keys.looks(P), entry)
    return commit(call, 'escalated', { queue = record.q, entries = { { tonumber(entry) } } })
  end
  return { 'again' }
end)
