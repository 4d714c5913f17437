-- plan_moves, begin_moves: tasks are to go from people to others, many at a time. A plan is kept for a while; what
-- moves is in the content, and moves by chunks of `assign`.

-- plan_moves: who would get what is written down, to be applied as it is.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue sources targets ranges as_of content total
--   sources  packed list of people whose tasks move
--   targets  packed list of people who get them
--   ranges   packed list of {number, first, last, before, person}: ranges that become another person's, or (0) nobody's, so
--            that they are no more
--   as_of    the event as of which it was computed
--   content  id of the moves in Postgres
--   total    how many tasks move
--
-- Returns one of
--   {'ok', seq, chain, clock, moves_planned}   the plan's number is this seq
--   {'not_found', seq, chain, clock, 'queue'}
--   {'stale_plan', seq, chain, clock}          people, settings or ranges are others since
change('plan_moves', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local plan = { queue = queue.number, sources = cmsgpack.unpack(arg.sources), targets = cmsgpack.unpack(arg.targets),
    ranges = cmsgpack.unpack(arg.ranges), as_of = tonumber(arg.as_of), content = tonumber(arg.content),
    total = tonumber(arg.total) }
  if not plans.holds(call.P, queue, plan) then return negative(call, 'stale_plan') end
  return commit(call, 'moves_planned', plan)
end)

-- begin_moves: they move. Until all have, none of the sources begins what they have not started there. The ranges are
-- whose they are to be at once.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue why plan undo sources targets ranges as_of content total reason
--   why      3 reassigned; 4 redistributed, by `plan`; 5 the operation `undo` is undone
--   plan     number of the plan, else 0; then sources, targets, ranges, as_of, content and total are the plan's
--   undo     number of the operation, else 0; its people move nothing else meanwhile. A range is as it was before, if
--            nobody has changed it since
--   sources targets ranges as_of content total   as of plan_moves; ranges and as_of are not read of an undo
--   reason   id of the reason in Postgres; 0: none is given
--
-- Returns one of
--   {'ok', seq, chain, clock, moves_begun}       an operation, whose number is this seq
--   {'not_found', seq, chain, clock, 'queue' | 'plan' | 'operation'}
--   {'used', seq, chain, clock, operation}       by which the plan was applied, or the operation undone
--   {'expired', seq, chain, clock}               the plan is too old, or what was done too long ago
--   {'stale_plan', seq, chain, clock}            people, settings or ranges are others since
--   {'wrong_state', seq, chain, clock, state}    the operation that is to be undone runs still
--   {'moving', seq, chain, clock, operation}     by which tasks of one of the sources move already, or come into a range

-- The plan that is applied, or what stands against it.
local function planned(call, arg)
  if arg.plan == '0' then
    return { queue = tonumber(arg.queue), sources = cmsgpack.unpack(arg.sources), targets = cmsgpack.unpack(arg.targets),
      ranges = cmsgpack.unpack(arg.ranges), as_of = tonumber(arg.as_of), content = tonumber(arg.content), total = tonumber(arg.total) }
  end
  local plan = plans.load(call.P, arg.plan)
  if not plan or plan.queue ~= tonumber(arg.queue) then return nil, negative(call, 'not_found', 'plan') end
  if plan.used > 0 then return nil, negative(call, 'used', text(plan.used)) end
  if call.clock - plan.clock > plans.VALID_MS then return nil, negative(call, 'expired') end
  return plan
end

-- What stands against undoing an operation.
local function not_undone(call, number, queue)
  local moves, operation = plans.moves(call.P, number), operations.load(call.P, number)
  if not operation or not moves or operation.queues[1] ~= queue then return negative(call, 'not_found', 'operation') end
  if operation.state == RUNNING then return negative(call, 'wrong_state', text(operation.state)) end
  if moves.undone > 0 then return negative(call, 'used', text(moves.undone)) end
  if call.clock - moves.ended > plans.VALID_MS then return negative(call, 'expired') end
end

change('begin_moves', {}, function(call, arg)
  local P, queue = call.P, queues.load(call.P, arg.queue)
  if not queue then return negative(call, 'not_found', 'queue') end
  local plan, refusal = planned(call, arg)
  if plan and arg.undo ~= '0' then refusal = not_undone(call, arg.undo, queue.number) end
  if refusal then return refusal end
  if arg.undo == '0' and not plans.holds(P, queue, plan) then return negative(call, 'stale_plan') end
  local busy = plans.busy(P, queue.number, plan.sources)
  local moved = arg.undo ~= '0' and plans.back(P, queue.number, plans.moves(P, arg.undo).ranges)
    or plans.passed(P, queue.number, plan.ranges)
  busy = busy or plans.filling(P, moved)
  if busy then return negative(call, 'moving', busy) end
  return commit(call, 'moves_begun', {
    queue = queue.number, why = tonumber(arg.why), plan = tonumber(arg.plan), undo = tonumber(arg.undo),
    sources = plan.sources, ranges = moved, content = plan.content, total = plan.total, reason = tonumber(arg.reason),
  })
end)
