-- tidy: drop what ClearWaiting or DeleteQueue put out of reach. It changes nothing that anybody can observe, so it
-- needs no event: records are written as they are read, or go with their queue, and the indexes of older
-- generations go.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    limit
--
-- Returns one of
--   {'again'}                     there may be more
--   {'idle', seq, chain, clock}   there is nothing
local STEP = 5               -- so many entries in a row are as cheap as one record

local function rewrite(P, members)
  local batch = effects.begin(P, {})
  for _, member in ipairs(members) do
    local entry = tonumber(member)
    if entries.load(P, entry) then
      effects.open(batch, entry)
    else
      redis.call('HDEL', keys.touched(P), entry)
      qa.forget(P, seen.stale and seen.stale[entry], entry)
      effects.leave_cleared(P, entry)
    end
  end
  effects.finish(batch)
end

local function unlink(P, queue, n, classes)
  redis.call('UNLINK', keys.heads(P, queue, n))
  for class = 1, classes do
    redis.call('UNLINK', keys.dead(P, queue, class, n))
    for rank = 0, RANKS - 1 do
      redis.call('UNLINK', keys.backlog(P, queue, class, rank, n), keys.passed(P, queue, class, rank, n))
    end
  end
end

change('tidy', { 'allow-oom' }, function(call, arg)
  local P = call.P
  local job = redis.call('SRANDMEMBER', keys.tidying(P))
  if not job then return negative(call, 'idle') end
  local number, n = string.match(job, '^(%d+)/(%d+)$')
  local queue, generation_of = queues.load(P, number), tonumber(n)
  if not queue and gone.drop_entries(P, number, arg.limit * STEP, tonumber(arg.limit)) then return { 'again' } end
  for class in ipairs(queue and queue.classes or NONE) do
    local members = redis.call('ZRANGE', keys.available(P, number, class, generation_of), 0, arg.limit - 1)
    if #members > 0 then
      rewrite(P, members)
      return { 'again' }
    end
  end
  unlink(P, number, generation_of, queue and #queue.classes or gone.classes(P, number))
  redis.call('SREM', keys.tidying(P), job)
  return { 'again' }
end)
