-- Lots: submissions of a queue that wait together until they are enough; then a few of their units speak for all
-- (SEMANTICS §6). The number of a lot is the event that opened it; it takes 100 submissions at most.
reviews.lots = { MOST = 100 }

-- {queue, submissions, units, until when it takes more on the lease clock, closed 0/1}, or nil.
function reviews.lots.load(P, number)
  local packed = redis.call('HGET', keys.lots(P), number)
  return packed and cmsgpack.unpack(packed) or nil
end

function reviews.lots.put(P, number, lot) redis.call('HSET', keys.lots(P), number, cmsgpack.pack(lot)) end

-- What the event says of a submission of which so many units wait: {lot it joins, units}; or, where none takes more, of
-- the one that it opens: {0, units, until, drawn, accepted}; NONE: it waits for none.
function reviews.lots.joined(P, queue, waits, clock)
  if waits == 0 then return NONE end
  local number = redis.call('HGET', keys.lot_of(P), queue.number)
  if number and reviews.lots.load(P, number)[4] > clock then return { tonumber(number), waits } end
  local rules = queue.review
  return { 0, waits, clock + rules.lot_ms, rules.drawn, rules.accepted }
end

-- A submission waits for its lot. Returns the number of that.
function reviews.lots.add(P, event, given, size)
  local opens = given[1] == 0
  local number, queue = opens and event.seq or given[1], event.body.queue
  local lot = opens and { queue, 0, 0, given[3], 0 } or reviews.lots.load(P, number)
  lot[2], lot[3] = lot[2] + 1, lot[3] + given[2]
  if lot[2] >= reviews.lots.MOST or lot[3] >= size then
    lot[4] = 0
    redis.call('HDEL', keys.lot_of(P), queue)
  elseif opens then redis.call('HSET', keys.lot_of(P), queue, number) end
  reviews.lots.put(P, number, lot)
  return number
end

-- It takes no more: some of it is under review.
function reviews.lots.close(P, number)
  local lot = reviews.lots.load(P, number)
  if redis.call('HGET', keys.lot_of(P), lot[1]) == text(number) then redis.call('HDEL', keys.lot_of(P), lot[1]) end
  lot[4], lot[5] = 0, 1
  reviews.lots.put(P, number, lot)
end

function reviews.lots.forget(P, number) redis.call('HDEL', keys.lots(P), number) end

-- The lots of a queue that is deleted.
function reviews.lots.bury(P, queue)
  redis.call('HDEL', keys.lot_of(P), queue)
  local all = redis.call('HGETALL', keys.lots(P))
  for n = 1, #all, 2 do
    if cmsgpack.unpack(all[n + 1])[1] == queue then reviews.lots.forget(P, all[n]) end
  end
end

-- The record of a task that waits for this lot, or nil.
function reviews.lots.waiting(P, number, task)
  local record = entries.load(P, task[1])
  local slot, known = record and record.s[task[2]], record and record.v and record.v[task[2]]
  return slot and slot[1] == IN_REVIEW and known and known.lot == number and record or nil
end
