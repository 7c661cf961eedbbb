# What the Python clients share: the cases, and values as text.
import datetime, decimal, json, os, sys

host, port = os.environ["HOST"], int(os.environ["PORT"])
user, password, database = os.environ["USER"], os.environ["PASSWORD"], os.environ["DATABASE"]
tls = os.environ["TLS"] == "1"
cases = json.load(open(os.environ["CASES"]))
failures = 0

def text(v):
    if v is None:
        return None
    if isinstance(v, bytes):
        return v.decode()
    if isinstance(v, (set, frozenset)):
        return ",".join(sorted(v))
    if isinstance(v, float):
        return "%g" % v
    if isinstance(v, datetime.timedelta):
        s = abs(int(v.total_seconds()))
        return "%s%02d:%02d:%02d" % ("-" if v < datetime.timedelta() else "", s // 3600, s // 60 % 60, s % 60)
    return str(v)

def rows(result):
    return [[text(v) for v in row] for row in result]

def check(name, got, want):
    global failures
    if got != want:
        failures += 1
        print("FAIL %s: got %r, want %r" % (name, got, want))

# run calls query(sql, args), which returns rows, for each case; errno and state
# are what an exception says.
def run(query, failed):
    for c in cases:
        if c.get("only") == "binary":
            continue
        try:
            got = rows(query(c["sql"].replace("%", "%%").replace("?", "%s"), c["args"]) if "args" in c else query(c["sql"], None))
        except Exception as e:
            got = "error %s %s" % failed(e)
            check(c["name"], got, "error %s %s" % (c.get("error"), c["state"] if got.split()[2] != "None" else None))
            continue
        check(c["name"], got, c.get("want", c.get("error")))

def done():
    print("%d cases" % len(cases))
    sys.exit(failures > 0)
