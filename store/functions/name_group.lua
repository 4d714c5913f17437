-- name_group: another display name for a group.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    group content
--   content  the name as bytes in Postgres, or 0: none
--
-- Returns one of
--   {'ok', seq, chain, clock, group_named}
--   {'not_found', seq, chain, clock, 'group'}
change('name_group', {}, function(call, arg)
  if redis.call('HGET', keys.groups(call.P), arg.group) ~= '1' then
    return negative(call, 'not_found', 'group')
  end
  return commit(call, 'group_named', { group = tonumber(arg.group), content = tonumber(arg.content) })
end)
