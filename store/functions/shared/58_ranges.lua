-- Ranges: which places of a queue's order are whose, and what was said of each.
local ranges = { MOST = 1000 }   -- of a queue

-- {first, last, person, due_ms, priority, content, changed}, or nil.
function ranges.load(P, queue, number) return unpacked(redis.call('HGET', keys.ranges(P, queue), number), nil) end

function ranges.put(P, queue, number, range)
  redis.call('HSET', keys.ranges(P, queue), number, cmsgpack.pack(range))
end

function ranges.drop(P, queue, number) redis.call('HDEL', keys.ranges(P, queue), number) end

-- How many more the queue may have.
function ranges.room(P, queue) return ranges.MOST - redis.call('HLEN', keys.ranges(P, queue)) end

-- Of which of its ends a range that covers some of these places is in the way; nil: none is.
function ranges.in_the_way(P, queue, first, last)
  local wrong
  for _, packed in ipairs(redis.call('HVALS', keys.ranges(P, queue))) do
    local other = cmsgpack.unpack(packed)
    if other.first <= first and first <= other.last then return 'first' end
    if first < other.first and other.first <= last then wrong = 'last' end
  end
  return wrong
end
