-- judge_lot: what was drawn of a lot is decided: its tasks are finished, or all of it is reviewed.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    lot passed tasks
--   passed  1: few enough of what was drawn are rejected
--   tasks   packed list of {entry, slot, groups, rejects}: those of its tasks that wait for it; groups: what else of
--           them is to be reviewed
--
-- Returns one of
--   {'ok', seq, chain, clock, lot_judged}   without those of the tasks that wait for it no more
--   {'not_found', seq, chain, clock, 'lot'}
--   {'idle', seq, chain, clock}             it is not closed

-- What becomes of each task: 0, it is under review still.
local function ended(P, queue, tasks)
  local list, cancelled = {}, {}
  for n, task in ipairs(tasks) do
    local record, i, made = entries.load(P, task[1]), task[2], task[3]
    local known, slot = reviews.of(record, i), record.s[i]
    local open = #known.open + #made
    local state = open > 0 and 0 or reviews.ends_as(P, queue, known, slot, known.back == 1)
    if state == RETURNED or state == QUEUED then qa.joined(P, queue.number, { task }, cancelled) end
    list[n] = { task[1], i, made, slot[2], state }
  end
  return list, cancelled
end

change('judge_lot', { 'allow-oom' }, function(call, arg)
  local P, number = call.P, tonumber(arg.lot)
  local lot = reviews.lots.load(P, number)
  if not lot then return negative(call, 'not_found', 'lot') end
  if lot[5] == 0 then return negative(call, 'idle') end
  local found = reviews.of_lot(P, lot[1], number, cmsgpack.unpack(arg.tasks))
  local tasks, cancelled = ended(P, queues.load(P, lot[1]), found)
  return commit(call, 'lot_judged', { queue = lot[1], lot = number, passed = tonumber(arg.passed), tasks = tasks, cancelled = cancelled })
end)
