-- The commonest end of a hold, in a queue without batches: its slot is finished, of an entry that nobody skipped,
-- was cleared from or has done before, and that no fence covers. What an edit of it comes to, without the tables of an edit:
-- where the entry has a free slot it stays in G, and in T of the same people.
local function is_plain(P, entry, record)
  if not record or record.x or record.f or record.e or record.o or record.a or record.v or record.src then return false end
  if seen.stale and seen.stale[entry] then return false end
  return queues.load(P, record.q).batch_size == 0
end

local function keep_or_leave(P, entry, record)
  local finished = true
  for i = 1, #record.s do finished = finished and ENDED[record.s[i][1]] end
  seen.records[entry] = not finished and record
  if not finished then
    writes.put(keys.touched(P), entry, cmsgpack.pack(record))
    return
  end
  writes.drop(keys.touched(P), entry)
  writes.rank(keys.left(P), seen.seq, entry)
  effects.trim_left(P)
end

local function end_hold(P, number, person, entry, name)
  local held = keys.held(P, person, number)
  writes.unrank(held, entry)
  writes.unrank(keys.leases(P), name)
  writes.unrank(keys.queue_leases(P, number), name)
  effects.settle_hold(P, held, person, number, false)
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
  writes.count(counts, STATE_WORDS[held[1]], -1)
  writes.count(counts, STATE_WORDS[finished[1]], 1)
  return true
end
