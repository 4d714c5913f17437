-- change_review: how the work of a queue is reviewed, whole.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    queue expected rules content people
--   expected  seq of the event that wrote the settings these were made from; 0: there were none
--   rules     packed map: see queues.load, `review`
--   content   id of the rest of the settings in Postgres
--   people    packed list of the people whom they name as reviewers or experts
--
-- Returns one of
--   {'ok', seq, chain, clock, review_changed}
--   {'not_found', seq, chain, clock, 'queue'}
--   {'stale_etag', seq, chain, clock}             the settings were written since: read them again
--   {'not_eligible', seq, chain, clock, person}   the first of them who may not review
change('change_review', {}, function(call, arg)
  local queue = queues.load(call.P, arg.queue)
  if not queue or queue.base then return negative(call, 'not_found', 'queue') end
  if (redis.call('HGET', keys.queue(call.P, arg.queue), 'review_seq') or '0') ~= arg.expected then
    return negative(call, 'stale_etag')
  end
  for _, number in ipairs(cmsgpack.unpack(arg.people)) do
    local person = people.load(call.P, number)
    if standing(person, { base = queue.number, restricted = 0 }) ~= '' then
      return negative(call, 'not_eligible', text(number))
    end
  end
  return commit(call, 'review_changed',
    { queue = queue.number, rules = cmsgpack.unpack(arg.rules), content = tonumber(arg.content) })
end)
