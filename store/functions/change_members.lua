-- change_members: replace the records of up to 100 people, all or none.
--
-- KEYS[1] header  KEYS[2] log
-- ARGV    mode members expected
--   mode      add: none may be a member yet; change: all must be
--   members   packed list of {person, member, active, roles, {skill…}}
--   expected  packed list: seq of the last change of each record, or -1 for any
--
-- Returns one of
--   {'ok', seq, chain, clock, members_changed}   if all are removed, an operation whose number is this seq
--   {'already_exists', seq, chain, clock, person}   mode add
--   {'not_found', seq, chain, clock, person}        mode change
--   {'stale_record', seq, chain, clock, person}     it has changed since: read it again
--   {'last_admin', seq, chain, clock, person}       no active ADMIN would be left
-- How many tasks people hold who are removed; -1 if not all of them are.
local function open_of(P, members)
  local some = {}
  for i, m in ipairs(members) do
    if m[2] == 1 then return -1 end
    some[i] = m[1]
  end
  return operations.held_by(P, some)
end

change('change_members', {}, function(call, arg)
  local members, expected = cmsgpack.unpack(arg.members), cmsgpack.unpack(arg.expected)
  for i, m in ipairs(members) do
    local person = people.load(call.P, m[1])
    local is_member = person ~= nil and person.member
    if arg.mode == 'add' and is_member then return negative(call, 'already_exists', tostring(m[1])) end
    if arg.mode == 'change' and not is_member then return negative(call, 'not_found', tostring(m[1])) end
    if expected[i] >= 0 and expected[i] ~= (person and person.changed or 0) then
      return negative(call, 'stale_record', tostring(m[1]))
    end
  end
  local last = last_admin(call.P, members)
  if last then return negative(call, 'last_admin', text(last)) end
  return commit(call, 'members_changed', { members = members, open = open_of(call.P, members) })
end)
