-- The commonest end of a hold, in a queue without batches: its slot is finished, of an entry that nobody skipped
-- or was cleared from, and that no fence covers. What an edit of it comes to, without the tables of an edit:
-- where the entry has a free slot it stays in G, and in T of the same people.
local function is_plain(P, entry, record)
  if not record or record.x or record.f or record.e or record.o then return false end
  if seen.stale and seen.stale[entry] then return false end
  return queues.load(P, record.q).batch_size == 0
end

local function keep_or_leave(P, entry, record)
  local finished = true
  for i = 1, #record.s do finished = finished and ENDED[record.s[i][1]] end
  if not finished then
    redis.call('HSET', keys.touched(P), entry, cmsgpack.pack(record))
    return
  end
  redis.call('HDEL', keys.touched(P), entry)
  redis.call('ZADD', keys.left(P), seen.seq, entry)
  redis.call('ZREMRANGEBYRANK', keys.left(P), 0, -MAX_LEFT - 1)
end

local function end_hold(P, number, person, entry, name)
  local held = keys.held(P, person, number)
  redis.call('ZREM', held, entry)
  redis.call('ZREM', keys.leases(P), name)
  redis.call('ZREM', keys.queue_leases(P, number), name)
  if redis.call('EXISTS', held) == 0 then redis.call('SREM', keys.holding(P, person), number) end
end

-- The slot, which is held, becomes `finished`. Returns whether it has: if not, it takes an edit.
function effects.finish_held(P, entry, i, finished)
  local record = entries.load(P, entry)
  if not is_plain(P, entry, record) or not HELD[record.s[i][1]] then return false end
  local held, number = record.s[i], record.q
  local after = { q = number, c = record.c, p = record.p, s = { unpack(record.s) }, n = record.n }
  after.s[i] = finished
  keep_or_leave(P, entry, after)
  end_hold(P, number, held[2], entry, task_name(entry, i))
  local counts = keys.counts(P, number)
  redis.call('HINCRBY', counts, STATE_WORDS[held[1]], -1)
  redis.call('HINCRBY', counts, STATE_WORDS[finished[1]], 1)
  return true
end
