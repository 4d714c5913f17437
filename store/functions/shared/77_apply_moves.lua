-- Effects of events about tasks that go from people to others, many at a time.

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
