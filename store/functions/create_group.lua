-- create_group: a named set of members, empty.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    group content
--   content  its display name as bytes in Postgres, or 0: it has none
--
-- Returns one of
--   {'ok', seq, chain, clock, group_created}
--   {'already_exists', seq, chain, clock, 'group'}   a deleted one too: its id is not used again
change('create_group', {}, function(call, arg)
  if redis.call('HEXISTS', keys.groups(call.P), arg.group) == 1 then
    return negative(call, 'already_exists', 'group')
  end
  return commit(call, 'group_created', { group = tonumber(arg.group), content = tonumber(arg.content) })
end)
