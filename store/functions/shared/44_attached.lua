-- Attached datasets: their items follow into a queue, each attachment's with its own rank, at its own time.
local attached = {}

-- {cursor, rank, not_before, skip}, or nil.
function attached.load(P, queue, dataset)
  return unpacked(redis.call('HGET', keys.attached(P, queue), dataset), nil)
end

function attached.put(P, queue, dataset, cursor, rank, not_before, skip)
  redis.call('HSET', keys.attached(P, queue), dataset, cmsgpack.pack({ cursor, rank, not_before, skip }))
end

-- The items up to this one have followed.
function attached.move(P, queue, dataset, cursor)
  local _, rank, not_before, skip = unpack(attached.load(P, queue, dataset))
  attached.put(P, queue, dataset, cursor, rank, not_before, skip)
end

-- {dataset, cursor, rank, not_before, skip} of each that the queue follows.
function attached.all(P, queue)
  local found, fields = {}, redis.call('HGETALL', keys.attached(P, queue))
  for i = 1, #fields, 2 do
    found[#found + 1] = { tonumber(fields[i]), unpack(cmsgpack.unpack(fields[i + 1])) }
  end
  return found
end
