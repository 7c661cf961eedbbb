import pymysql, re, sys, threading
from text import *

def connect(**more):
    return pymysql.connect(host=host, port=port, user=user, password=password, database=database, local_infile=True,
                           ssl={"check_hostname": False} if tls else None, **more)

db = connect(autocommit=True)
cursor = db.cursor()

def query(sql, args):
    cursor.execute(sql, args)
    return cursor.fetchall()

run(query, lambda e: (e.args[0], None))
if tls:
    check("TLS", type(db._sock).__name__, "SSLSocket")

cursor.execute("INSERT INTO notes (note) VALUES (%s)", "a")
check("insert id", (cursor.rowcount, cursor.lastrowid > 0), (1, True))
cursor.executemany("INSERT INTO notes (note) VALUES (%s)", ["b", "c"])
check("many", cursor.rowcount, 2)
db.autocommit(False)
cursor.execute("DELETE FROM notes")
db.rollback()
check("rollback", query("SELECT COUNT(*) FROM notes", None), ((3,),))
db.autocommit(True)
cursor.callproc("both_ways", (1,))
check("first result", cursor.fetchall(), ((1,),))
check("second result", (cursor.nextset(), cursor.fetchall()), (True, ((2, 3),)))
path = os.environ["SCRATCH"] + "/pymysql.txt"
with open(path, "w") as f:
    f.write("x\ny\n")
check("LOAD DATA LOCAL", cursor.execute("LOAD DATA LOCAL INFILE '%s' INTO TABLE notes (note)" % path), 2)

several = connect(client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS)
c = several.cursor()
c.execute("SELECT 1; SELECT 2; DO 3")
check("several statements", (c.fetchall(), c.nextset(), c.fetchall(), c.nextset()), (((1,),), True, ((2,),), True))

stream = connect(cursorclass=pymysql.cursors.SSCursor)
c = stream.cursor()
c.execute("SELECT id FROM kinds ORDER BY id")
check("streamed", c.fetchone(), (1,))
c.close()

def kill():
    other = connect().cursor()
    while not other.execute("SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(20)'"):
        pass
    other.execute("KILL QUERY %s" % db.thread_id())
threading.Thread(target=kill).start()
try:
    check("killed", query("SELECT SLEEP(20)", None), ((1,),)) # SLEEP answers 1 then
except pymysql.err.OperationalError as e:
    check("killed", e.args[0], 1317)
db.ping(reconnect=True)
check("alive", query("SELECT 1", None), ((1,),))
check("columns", [(d[0], d[1]) for d in (query("SELECT id, vc, dc FROM kinds", None), cursor.description)[1]], [("id", 3), ("vc", 253), ("dc", 246)])
db.close()
done()
