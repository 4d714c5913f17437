-- Effects of events about tasks that go from people to others, many at a time, and about ranges.

function apply.moves_planned(P, event)
  local b = event.body
  plans.forget_old(P, event.clock)
  plans.put(P, event.seq, { queue = b.queue, as_of = b.as_of, content = b.content, total = b.total,
    clock = event.clock, used = 0, sources = b.sources, targets = b.targets, ranges = b.ranges })
end

-- Ranges are another person's, or no more.
local function pass_on(P, event)
  local queue = event.body.queue
  for _, one in ipairs(event.body.ranges) do
    local number, first, last, _, person, due_ms, priority, content = unpack(one)
    if person == 0 then ranges.drop(P, queue, number)
    else
      ranges.put(P, queue, number, { first = first, last = last, person = person, due_ms = due_ms,
        priority = priority, content = content, changed = event.seq })
    end
  end
end

function apply.moves_begun(P, event)
  local b = event.body
  begin_operation(P, event, RUNNING,
    { verb = VERB.MOVE, queues = { b.queue }, dataset = 0, content = b.content, total = b.total, last = 0 })
  plans.put_moves(P, event.seq,
    { why = b.why, reason = b.reason, undone = 0, ended = 0, sources = b.sources, ranges = b.ranges })
  pass_on(P, event)
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
  ranges.put(P, b.queue, event.seq, { first = b.first, last = b.last, person = b.person,
    due_ms = b.due_ms, priority = b.priority, content = b.note, changed = event.seq })
  begin_operation(P, event, RUNNING,
    { verb = VERB.ASSIGN, queues = { b.queue }, dataset = 0, content = b.content, total = b.total, last = 0 })
end

-- The places from `at` on are a range of their own.
function apply.range_split(P, event)
  local b = event.body
  local range = ranges.load(P, b.queue, b.range)
  local last = range.last
  range.last = b.at - 1
  ranges.put(P, b.queue, b.range, range)
  range.first, range.last = b.at, last
  ranges.put(P, b.queue, event.seq, range)
end

-- The first in order covers both; the other is no more.
function apply.range_merged(P, event)
  local b = event.body
  local one, two, stays, goes = ranges.load(P, b.queue, b.range), ranges.load(P, b.queue, b.other), b.range, b.other
  if two.first < one.first then one, two, stays, goes = two, one, goes, stays end
  one.last = two.last
  ranges.put(P, b.queue, stays, one)
  ranges.drop(P, b.queue, goes)
end
