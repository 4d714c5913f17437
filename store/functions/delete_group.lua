-- delete_group: a group is no more. Nobody loses anything by it: no queue may name it.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    group
--
-- Returns one of
--   {'ok', seq, chain, clock, group_deleted}
--   {'not_found', seq, chain, clock, 'group'}
change('delete_group', {}, function(call, arg)
  if redis.call('HGET', keys.groups(call.P), arg.group) ~= '1' then
    return negative(call, 'not_found', 'group')
  end
  return commit(call, 'group_deleted', { group = tonumber(arg.group) })
end)
