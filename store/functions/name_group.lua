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
  if not groups.alive(call.P, arg.group) then return negative(call, 'not_found', 'group') end
  return commit(call, 'group_named', { group = tonumber(arg.group), content = tonumber(arg.content) })
end)
