"""Loads the CSVs of a directory into SQLite, runs the questions, and fetches Logins:
python3 sqlite.py DIR RUNS SCHEMA < {question: text} > {load, transfer, questions: {question: {seconds, rows}}}"""
import csv, json, sqlite3, sys, time

directory, runs, schema = sys.argv[1], int(sys.argv[2]), sys.argv[3]
c = sqlite3.connect(":memory:")


def timed(runs, f):
    best = float("inf")
    for _ in range(runs):
        t = time.perf_counter()
        rows = f()
        best = min(best, time.perf_counter() - t)
    return best, rows


def load():
    c.executescript(schema.replace(", KEY (employee_id)", ""))
    for n in ["Employees", "History", "Products", "Orders", "Logins"]:
        with open(f"{directory}/{n}.csv") as f:
            rows = csv.reader(f)
            width = len(next(rows))
            c.executemany(f"INSERT INTO {n} VALUES ({','.join('?' * width)})",
                          ([None if v == "\\N" else v for v in row] for row in rows))
    c.execute("CREATE INDEX History_employee_id ON History (employee_id)")


out = {"questions": {}, "load": timed(1, load)[0]}
for k, q in json.load(sys.stdin).items():
    try:
        seconds, rows = timed(runs, lambda: c.execute(q).fetchall())
        out["questions"][k] = {"seconds": seconds, "rows": [[None if v is None else str(v) for v in row] for row in rows]}
    except sqlite3.Error as e:
        out["questions"][k] = {"error": str(e)}
out["transfer"] = timed(runs, lambda: c.execute("SELECT * FROM Logins").fetchall())[0]
print(json.dumps(out))
