import MySQLdb, MySQLdb.constants.CLIENT
from text import *

options = dict(host=host, port=port, user=user, password=password, database=database, charset="utf8mb4", local_infile=1,
               client_flag=MySQLdb.constants.CLIENT.MULTI_STATEMENTS | MySQLdb.constants.CLIENT.MULTI_RESULTS)
if tls:
    options["ssl"] = {"ca": os.environ["CA"]}
db = MySQLdb.connect(**options)
db.autocommit(True)
cursor = db.cursor()

def query(sql, args):
    cursor.execute(sql, args)
    return cursor.fetchall()

run(query, lambda e: (e.args[0], None))
cursor.execute("INSERT INTO notes (note) VALUES (%s)", ("a",))
check("insert id", (cursor.rowcount, cursor.lastrowid > 0), (1, True))
cursor.execute("SELECT 1; SELECT 2")
check("several", (cursor.fetchall(), cursor.nextset(), cursor.fetchall()), (((1,),), 1, ((2,),)))
cursor.close()
cursor = db.cursor()
cursor.callproc("both_ways", (1,))
check("CALL", (cursor.fetchall(), cursor.nextset(), cursor.fetchall()), (((1,),), 1, ((2, 3),)))
cursor.close()
db.ping()
db.change_user(user, password, database)
check("character set", db.character_set_name(), "utf8mb4")
check("statistics", db.stat().startswith("Uptime"), True)
db.close()
done()
