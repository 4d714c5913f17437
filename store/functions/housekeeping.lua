-- open, replay, restore, durable, tick: what keeps a project's live state going. None of them is an event.

-- open: serve a project whose keys were rebuilt under a larger epoch.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    opened_epoch seq chain clock wall lag_limit
--
-- Returns one of
--   {'ok'}
--   {'old_epoch', epoch}   the header has this one or a larger one
--   {'gap', replayed}      the keys do not hold the events up to seq: rebuild from the start
register('open', {}, function(call)
  local arg = call.arg
  local current = redis.call('HGET', call.header, 'epoch')
  if current and tonumber(current) >= tonumber(arg.opened_epoch) then return { 'old_epoch', current } end
  local replayed = redis.call('HGET', keys.totals(call.P), 'replayed') or '0'
  if replayed ~= arg.seq then return { 'gap', replayed } end
  redis.call('DEL', call.header)
  redis.call('HSET', call.header, 'epoch', arg.opened_epoch, 'state', 'open', 'seq', arg.seq,
    'chain', arg.chain, 'durable', arg.seq, 'clock', arg.clock, 'wall', arg.wall,
    'lag_limit', arg.lag_limit)
  for _, flag in ipairs({ 'cleared', 'fenced' }) do
    if redis.call('HGET', keys.totals(call.P), flag) then redis.call('HSET', call.header, flag, 1) end
  end
  local purge_ms = redis.call('HGET', keys.totals(call.P), 'purge_ms')
  if purge_ms then redis.call('HSET', call.header, 'deleted', purge_ms) end
  return { 'ok' }
end)

-- replay: put the effects of events that the log contains into the keys of a new epoch.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    after events
--   after   seq of the last event that was replayed
--   events  packed list of {seq, chain, payload}, the next ones in order
--
-- Returns one of
--   {'ok', clock, wall}    of the last event
--   {'old_epoch', epoch}   that epoch is open already
--   {'gap', replayed}      the keys do not hold the events up to `after`: rebuild from the start
local RAISES = { cleared = true, queue_deleted = true, operation_begun = true }   -- after these there may be more to know
-- Events that change records of entries and what follows from those: one after the other they are applied as a run.
local IN_RUNS = {
  granted = true, picked = true, started = true, renewed = true, drafted = true, submitted = true, skipped = true,
  released = true, expired = true, batch_cleared = true, revoked = true, recalled = true, pooled = true,
  status_set = true, status_removed = true, reopened = true, escalated = true, skips_cleared = true, decided = true,
  fixed = true, fell_back = true, reviews_added = true, objected = true, lot_closed = true, lot_judged = true,
}
local knows = { true, true }

-- Whether no queue was ever cleared, no dataset ever detached: read from the totals of `P`, if it is given.
local function know(P)
  if P then
    local f = redis.call('HMGET', keys.totals(P), 'cleared', 'fenced')
    knows[1], knows[2] = not f[1], not f[2]
  end
  keys.uncleared, seen.unfenced = knows[1], knows[2]
end

-- Forgets what an event, or a run of them, may have changed.
local function forget_after(P, kind)
  forget()
  know(RAISES[kind] and P)
end

local function end_run(P)
  if not writes.run then return end
  effects.end_run(P)
  settle_open(P)
  forget_after(P)
end

local function replayed_after(P, event)
  if IN_RUNS[event.kind] then
    if not writes.run then effects.begin_run() end
    enact(P, event)
  else
    end_run(P)
    enact(P, event)
    forget_after(P, event.kind)
  end
end

register('replay', {}, function(call)
  local current = redis.call('HGET', call.header, 'epoch')
  if current and tonumber(current) >= tonumber(call.epoch) then return { 'old_epoch', current } end
  local replayed = redis.call('HGET', keys.totals(call.P), 'replayed') or '0'
  if replayed ~= call.arg.after then return { 'gap', replayed } end
  local clock, wall = 0, 0
  know(call.P)
  for _, logged in ipairs(cmsgpack.unpack(call.arg.events)) do
    local event = event_of(cmsgpack.unpack(logged[3]), logged[1], logged[2])
    replayed_after(call.P, event)
    clock, wall, replayed = event.clock, event.wall, event.seq
  end
  end_run(call.P)
  redis.call('HSET', keys.totals(call.P), 'replayed', replayed)
  return { 'ok', clock, wall }
end)

-- restore: put a piece of a snapshot into the keys of a new epoch, one after the other. Nothing is replayed on
-- keys, and none are opened, that have not got the last one.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    after seq piece
--   after  pieces that were restored before
--   seq    of the last event in the snapshot, with its last piece; else 0
--   piece  packed list of {type, key without the epoch's prefix, arguments of the command that adds to such a key}
--
-- Returns one of
--   {'ok'}
--   {'old_epoch', epoch}   that epoch is open already
--   {'gap', restored}      the keys do not hold exactly the pieces before: restore from the start
local ADDS = { hash = 'HSET', list = 'RPUSH', set = 'SADD', zset = 'ZADD' }

register('restore', {}, function(call)
  local current = redis.call('HGET', call.header, 'epoch')
  if current and tonumber(current) >= tonumber(call.epoch) then return { 'old_epoch', current } end
  local totals = keys.totals(call.P)
  local f = redis.call('HMGET', totals, 'restored', 'replayed')
  local restored = f[1] or (redis.call('EXISTS', totals) == 0 and '0' or 'foreign')
  if f[2] or restored ~= call.arg.after then return { 'gap', restored } end
  for _, command in ipairs(cmsgpack.unpack(call.arg.piece)) do
    redis.call(ADDS[command[1]], call.P .. command[2], unpack(command, 3))
  end
  redis.call('HSET', totals, 'restored', tonumber(call.arg.after) + 1)
  if call.arg.seq ~= '0' then
    redis.call('HDEL', totals, 'restored')
    redis.call('HSET', totals, 'replayed', call.arg.seq)
  end
  return { 'ok' }
end)

-- durable: Postgres has everything up to `seq`; of that the log keeps a window from `keep` on.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    seq keep
--
-- Returns one of
--   {'ok'}
--   {'stale_epoch', epoch}
register('durable', { 'allow-oom' }, function(call)
  local h = redis.call('HMGET', call.header, 'epoch', 'durable')
  if h[1] ~= call.epoch then return { 'stale_epoch', h[1] or '' } end
  if tonumber(call.arg.seq) > tonumber(h[2]) then
    redis.call('HSET', call.header, 'durable', call.arg.seq)
    redis.call('XTRIM', call.log, 'MINID', '~', call.epoch .. '-' .. call.arg.keep)
  end
  return { 'ok' }
end)

-- tick: move the lease clock by the time since the last tick, never back and never by more than
-- `most_ms`, so that an outage or a jump of the wall clock ends no lease; where none runs, by `idle_ms`, which
-- may be more. In a deleted project it stands, and nothing is due.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    most_ms idle_ms
--
-- Returns one of
--   {'ok', clock, leases due 0/1, recalls 0/1, quiet sessions 0/1, skipped tasks to look at 0/1, delayed due 0/1, ms since the last event, purge_ms, leases run 0/1, delayed due within idle_ms 0/1, reviews to fall back 0/1}   purge_ms: 0, or of a deleted project when it is due
--   {'stale_epoch', epoch}
local function looks_due(P)
  return redis.call('EXISTS', keys.looks(P)) == 1 or redis.call('HEXISTS', keys.totals(P), 'looks_from') == 1
end

register('tick', { 'allow-oom' }, function(call)
  local h = redis.call('HMGET', call.header, 'epoch', 'clock', 'ticked', 'state', 'wall', 'deleted')
  if h[1] ~= call.epoch then return { 'stale_epoch', h[1] or '' } end
  local now = wall_ms()
  local quiet = math.max(0, now - number_or(h[5], now))
  if h[6] then
    redis.call('HSET', call.header, 'ticked', now)
    return { 'ok', tonumber(h[2]), 0, 0, 0, 0, 0, quiet, tonumber(h[6]), 0, 0, 0 }
  end
  local run = leases.run(call.P)
  local most = tonumber(run and call.arg.most_ms or call.arg.idle_ms)
  local step = math.min(math.max(now - number_or(h[3], now), 0), most)
  local clock = tonumber(h[2]) + step
  redis.call('HSET', call.header, 'clock', clock, 'ticked', now)
  local first = redis.call('ZRANGE', keys.delayed(call.P), 0, 0, 'WITHSCORES')
  local delayed_ms = first[1] and tonumber(first[2]) - math.max(now, number_or(h[5], 0)) or math.huge
  return { 'ok', clock,
    leases.due(call.P, clock) and 1 or 0,
    redis.call('EXISTS', keys.recalls(call.P), keys.queue_recalls(call.P)),
    redis.call('ZCOUNT', keys.sessions(call.P), '-inf', clock - DAY_MS) > 0 and 1 or 0,
    looks_due(call.P) and 1 or 0,
    delayed_ms <= 0 and 1 or 0,
    quiet, 0, run and 1 or 0, delayed_ms <= tonumber(call.arg.idle_ms) and 1 or 0,
    redis.call('ZCOUNT', keys.falling(call.P), '-inf', clock) > 0 and 1 or 0 }
end)
