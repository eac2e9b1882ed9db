-- What a script for wrk does to be as much of a shopper as the load test is: a cookie of its own in each request, and a look at
-- each page for what can be bought.

local shopper, strange = 0, 0
local path = os.getenv("CEILING_PATH")

function request()
  shopper = shopper + 1
  return wrk.format("GET", path, { ["Cookie"] = "visitor=" .. shopper, ["Accept-Encoding"] = "gzip, br" })
end

function response(status, _, body)
  if status ~= 200 or not body:find('name="variant"', 1, true) then
    strange = strange + 1
  end
end
