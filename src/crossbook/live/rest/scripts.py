"""What a Redis server runs to decide on budgets: each operation is one script, whole or absent.

The units of one window are one sorted set: a member is `id:weight`, its score the time until
which the venue may have counted it, in microseconds of the server's clock. The member `sum` has the
sum of all weights, negated so that it is never taken for a time: it goes where the others go.
"""

from typing import Final

__all__ = ["CLOCK", "END", "OBSERVE", "PAUSE", "TAKE", "USE"]

CLOCK: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
"""
"""Sets `now`: the server's time, so that the clocks of those who ask do not matter."""

_WINDOW: Final = """
-- What ends later was written before the clock was set back.
local HOLD_MAX = 3600 * 1000000

local function text(number)
  return string.format('%.0f', number)
end

local function weight_of(member)
  return tonumber(string.match(member, ':(%d+)$'))
end

local function count(key, member, weight, until_us, span)
  redis.call('ZADD', key, text(until_us), member)
  redis.call('ZINCRBY', key, -weight, 'sum')
  local ttl = math.ceil((until_us - now + span) / 1000) + 1000
  if redis.call('PTTL', key) < ttl then
    redis.call('PEXPIRE', key, text(ttl))
  end
end

local function drop(key, from, to)
  local weight, gone = 0, redis.call('ZRANGEBYSCORE', key, from, to)
  for _, member in ipairs(gone) do
    weight = weight + weight_of(member)
  end
  if #gone > 0 then
    redis.call('ZREMRANGEBYSCORE', key, from, to)
    redis.call('ZINCRBY', key, weight, 'sum')
  end
end

-- Return the units in use.
local function used(key, span)
  drop(key, '1', '(' .. text(now - span))
  drop(key, '(' .. text(now + HOLD_MAX), '+inf')
  return -tonumber(redis.call('ZSCORE', key, 'sum') or 0)
end

-- Return how long it takes until at most `room` units are in use.
local function wait(key, span, room)
  local missing = used(key, span) - room
  local offset = 0
  while missing > 0 do
    local found = redis.call('ZRANGEBYSCORE', key, '1', '+inf', 'WITHSCORES', 'LIMIT', offset, 100)
    if #found == 0 then
      return span
    end
    for index = 1, #found, 2 do
      missing = missing - weight_of(found[index])
      if missing <= 0 then
        return tonumber(found[index + 1]) + span - now + 1
      end
    end
    offset = offset + 100
  end
  return 0
end
"""

_PAUSE: Final = """
-- Return how long a pause goes on that is at least as long as `left`.
local function pause(key, left)
  local there = tonumber(redis.call('GET', key) or 0) - now
  if there >= left or left <= 0 then
    return there
  end
  redis.call('SET', key, string.format('%.0f', now + left), 'PX', math.ceil(left / 1000))
  return left
end
"""

TAKE: Final = (
    _PAUSE
    + _WINDOW
    + """
-- KEYS: the pause, and each window.
-- ARGV: the id, the weight, how long it is held, how long a pause goes on that the asker knows of;
-- then of each window its span and the units that may be in use.
local weight, hold, longest = tonumber(ARGV[2]), tonumber(ARGV[3]), 0
local paused = pause(KEYS[1], tonumber(ARGV[4]))
if paused > 0 then
  return {1, paused}
end
for index = 2, #KEYS do
  local span, room = tonumber(ARGV[2 * index + 1]), tonumber(ARGV[2 * index + 2])
  longest = math.max(longest, wait(KEYS[index], span, room))
end
if longest > 0 then
  return {2, longest}
end
for index = 2, #KEYS do
  count(KEYS[index], ARGV[1] .. ':' .. ARGV[2], weight, now + hold, tonumber(ARGV[2 * index + 1]))
end
return {0, 0}
"""
)
"""Returns 0: taken; 1: paused for so many microseconds; 2: full for so many."""

END: Final = """
-- KEYS: each window. ARGV: the id, the weight. What came back already stays away.
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, 'XX', 'LT', string.format('%.0f', now), ARGV[1] .. ':' .. ARGV[2])
end
return {}
"""

OBSERVE: Final = (
    _WINDOW
    + """
-- KEYS: windows. ARGV: the id, then of each window its span and what the venue says is used.
for index, key in ipairs(KEYS) do
  local span = tonumber(ARGV[2 * index])
  local foreign = tonumber(ARGV[2 * index + 1]) - used(key, span)
  if foreign > 0 then
    count(key, ARGV[1] .. ':' .. text(foreign), foreign, now, span)
  end
end
return {}
"""
)

PAUSE: Final = (
    _PAUSE
    + """
-- KEYS: pauses. ARGV: how long.
for _, key in ipairs(KEYS) do
  pause(key, tonumber(ARGV[1]))
end
return {}
"""
)

USE: Final = (
    _WINDOW
    + """
-- KEYS: windows. ARGV: their spans.
local all = {}
for index, key in ipairs(KEYS) do
  all[index] = used(key, tonumber(ARGV[index]))
end
return all
"""
)
