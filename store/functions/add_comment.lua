-- add_comment: somebody says something about a task, or about an issue of it. Nothing else changes by it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue person entry slot unit issue author content
--   person   who says it
--   unit     the unit that the issue is of; 0 with issue 0
--   issue    the decision that opened it; 0: it is about the task
--   author   whose task it is and whose work; 0: nobody's
--   content  id of the text in Postgres
--
-- Returns one of
--   {'ok', seq, chain, clock, commented}
--   {'not_found', seq, chain, clock, 'queue' | 'person' | 'task'}
--   {'not_eligible', seq, chain, clock, 'NOT_A_MEMBER'}   they are out, or inactive
change('add_comment', {}, function(call, arg)
  local queue, person, slot = queues.load(call.P, arg.queue), people.load(call.P, arg.person), tonumber(arg.slot)
  if not queue then return negative(call, 'not_found', 'queue') end
  if not person then return negative(call, 'not_found', 'person') end
  if not (person.member and person.active) then return negative(call, 'not_eligible', 'NOT_A_MEMBER') end
  if slot > queue.slots then return negative(call, 'not_found', 'task') end
  return commit(call, 'commented', {
    queue = queue.number, person = person.number, entry = tonumber(arg.entry), slot = slot, unit = tonumber(arg.unit),
    issue = tonumber(arg.issue), author = tonumber(arg.author), content = tonumber(arg.content),
  })
end)
