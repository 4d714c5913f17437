-- create_project: the first event of a project; its creator becomes its administrator.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    admin fast
--
-- Returns one of
--   {'ok', seq, chain, clock, project_created}
--   {'already_exists', seq, chain, clock, 'project'}
change('create_project', {}, function(call, arg)
  if redis.call('EXISTS', keys.totals(call.P)) == 1 then
    return negative(call, 'already_exists', 'project')
  end
  return commit(call, 'project_created', { admin = tonumber(arg.admin), fast = tonumber(arg.fast) })
end)
