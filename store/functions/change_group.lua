-- change_group: people join a group, or leave it, all or none.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    group mode people
--   mode    add: members of the project join; remove: people leave
--   people  packed list, 100 at most. Who is in already, or is not in, is passed over.
--
-- Returns one of
--   {'ok', seq, chain, clock, group_changed}
--   {'not_found', seq, chain, clock, 'group'}
--   {'no_member', seq, chain, clock, person}         mode add: not of the project
--   {'too_many_groups', seq, chain, clock, person}   mode add: they are in as many as one may be

local MAX_GROUPS = 32        -- groups a person is in

local function why_not(call, person, number)
  if not person or not person.member then return negative(call, 'no_member', text(number)) end
  if groups.count_alive(call.P, person.groups) >= MAX_GROUPS then
    return negative(call, 'too_many_groups', text(number))
  end
end

change('change_group', {}, function(call, arg)
  local group = tonumber(arg.group)
  if not groups.alive(call.P, arg.group) then return negative(call, 'not_found', 'group') end
  local joins, some = arg.mode == 'add', {}
  for _, number in ipairs(cmsgpack.unpack(arg.people)) do
    local person = people.load(call.P, number)
    local is_in = person ~= nil and contains(person.groups, group)
    local refusal = joins and not is_in and why_not(call, person, number)
    if refusal then return refusal end
    if is_in ~= joins then some[#some + 1] = number end
  end
  return commit(call, 'group_changed',
    { group = group, added = joins and some or {}, removed = joins and {} or some })
end)
