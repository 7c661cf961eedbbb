# SQLAlchemy's reflection and ORM, and pandas on it.
import pandas, sqlalchemy as sa
from text import *

url = sa.engine.URL.create("mysql+pymysql", user, password, host, port, database)
engine = sa.create_engine(url, connect_args={"ssl": {"check_hostname": False}} if tls else {})
inspector = sa.inspect(engine)
check("tables", sorted(inspector.get_table_names()), ["child", "kinds", "notes"])
check("schemas", database in inspector.get_schema_names(), True)
check("primary key", inspector.get_pk_constraint("kinds")["constrained_columns"], ["id"])
check("foreign key", [(k["constrained_columns"], k["referred_table"], k["referred_columns"]) for k in inspector.get_foreign_keys("child")],
      [(["kind"], "kinds", ["id"])])
check("unique", [k["column_names"] for k in inspector.get_unique_constraints("kinds")], [["vc"]])
columns = {c["name"]: c for c in inspector.get_columns("kinds")}
check("types", [str(columns[n]["type"]) for n in ("ti", "ub", "dc", "vc", "e", "d6")],
      ["TINYINT", "BIGINT", "DECIMAL(20, 5)", "VARCHAR(50)", "ENUM", "DATETIME"])
check("nullable", (columns["id"]["nullable"], columns["vc"]["nullable"]), (False, True))
check("views", inspector.get_view_names(), [])

metadata = sa.MetaData()
with engine.connect() as c:
    metadata.reflect(bind=c)
    kinds = metadata.tables["kinds"]
    check("reflected", c.execute(sa.select(kinds.c.vc).where(kinds.c.id == 1)).scalar(), "Zoë 日本 🙂")
own = sa.Table("made", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("t", sa.String(20), server_default="x", index=True),
               sa.Column("at", sa.DateTime), sa.Column("ok", sa.Boolean))
own.drop(engine, checkfirst=True)
own.create(engine)
with engine.begin() as c:
    c.execute(own.insert(), [{"t": "a", "ok": True}, {"t": "b", "ok": None}])
with engine.connect() as c:
    check("rows", c.execute(sa.select(own.c.id, own.c.t, own.c.ok).order_by(own.c.id)).fetchall(), [(1, "a", True), (2, "b", None)])
check("index", [i["column_names"] for i in sa.inspect(engine).get_indexes("made")], [["t"]])

frame = pandas.DataFrame({"n": [1, 2, 3], "s": ["a", None, "c"], "x": [1.5, 2.5, None]})
frame.to_sql("frames", engine, if_exists="replace", index=False)
back = pandas.read_sql("SELECT * FROM frames ORDER BY n", engine)
check("pandas", (back["n"].tolist(), back["s"].tolist(), back["x"].sum()), ([1, 2, 3], ["a", None, "c"], 4.0))
check("read_sql_table", len(pandas.read_sql_table("frames", engine)), 3)
own.drop(engine)
with engine.begin() as c:
    c.execute(sa.text("DROP TABLE frames"))
done()
