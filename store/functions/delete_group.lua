-- delete_group: a group is no more. Nobody loses anything by it: no queue may name it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    group
--
-- Returns one of
--   {'ok', seq, chain, clock, group_deleted}
--   {'not_found', seq, chain, clock, 'group'}
--   {'in_use', seq, chain, clock, queues}   so many queues' rules name it
change('delete_group', {}, function(call, arg)
  if not groups.alive(call.P, arg.group) then return negative(call, 'not_found', 'group') end
  local uses = tonumber(redis.call('HGET', keys.groups(call.P), arg.group)) - 1
  if uses > 0 then return negative(call, 'in_use', text(uses)) end
  return commit(call, 'group_deleted', { group = tonumber(arg.group) })
end)
