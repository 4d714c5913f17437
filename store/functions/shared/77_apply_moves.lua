-- Effects of events about tasks that go from people to others, many at a time, and about ranges.

function apply.moves_planned(P, event)
  local b = event.body
  plans.forget_old(P, event.clock)
  plans.put(P, event.seq, { queue = b.queue, as_of = b.as_of, content = b.content, total = b.total,
    clock = event.clock, used = 0, sources = b.sources, targets = b.targets })
end

function apply.moves_begun(P, event)
  local b = event.body
  begin_operation(P, event, RUNNING,
    { verb = VERB.MOVE, queues = { b.queue }, dataset = 0, content = b.content, total = b.total, last = 0 })
  plans.put_moves(P, event.seq, { why = b.why, reason = b.reason, undone = 0, ended = 0, sources = b.sources })
  plans.mark(P, b.queue, b.sources, event.seq)
  if b.plan > 0 then
    local plan = plans.load(P, b.plan)
    plan.used = event.seq
    plans.put(P, b.plan, plan)
  end
  if b.undo > 0 then
    local moves = plans.moves(P, b.undo)
    moves.undone = event.seq
    plans.put_moves(P, b.undo, moves)
  end
end

-- Places are somebody's; what waits there goes to them by an operation, whose number is the range's.
function apply.range_created(P, event)
  local b = event.body
  redis.call('HSET', keys.ranges(P, b.queue), event.seq,
    cmsgpack.pack({ first = b.first, last = b.last, person = b.person }))
  begin_operation(P, event, RUNNING,
    { verb = VERB.ASSIGN, queues = { b.queue }, dataset = 0, content = b.content, total = b.total, last = 0 })
end

-- The places from `at` on are a range of their own.
function apply.range_split(P, event)
  local b, key = event.body, keys.ranges(P, event.body.queue)
  local whole = cmsgpack.unpack(redis.call('HGET', key, b.range))
  redis.call('HSET', key,
    b.range, cmsgpack.pack({ first = whole.first, last = b.at - 1, person = whole.person }),
    event.seq, cmsgpack.pack({ first = b.at, last = whole.last, person = whole.person }))
end

-- The first in order covers both; the other is no more.
function apply.range_merged(P, event)
  local b, key = event.body, keys.ranges(P, event.body.queue)
  local one, two = cmsgpack.unpack(redis.call('HGET', key, b.range)), cmsgpack.unpack(redis.call('HGET', key, b.other))
  local stays, goes = b.range, b.other
  if two.first < one.first then one, two, stays, goes = two, one, goes, stays end
  redis.call('HSET', key, stays, cmsgpack.pack({ first = one.first, last = two.last, person = one.person }))
  redis.call('HDEL', key, goes)
end
