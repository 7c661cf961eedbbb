import java.nio.file.*;
import java.sql.*;
import java.util.*;

// MariaDB Connector/J. The cases come without JSON: fields divided by tabs.
public class Client {
    static int failures = 0;

    static void check(String name, Object got, Object want) {
        if (Objects.equals(String.valueOf(got), String.valueOf(want))) return;
        failures++;
        System.out.println("FAIL " + name + ": got " + got + ", want " + want);
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> env = System.getenv();
        String tls = env.get("TLS").equals("1") ? "&sslMode=trust" : "&sslMode=disable";
        String url = "jdbc:mariadb://" + env.get("HOST") + ":" + env.get("PORT") + "/" + env.get("DATABASE")
            + "?user=" + env.get("USER") + "&password=" + env.get("PASSWORD") + "&allowLocalInfile=true&allowMultiQueries=true&allowPublicKeyRetrieval=true&yearIsDateType=false" + tls;
        for (String prepares : new String[] {"false", "true"}) {
            try (Connection db = DriverManager.getConnection(url + "&useServerPrepStmts=" + prepares)) {
                cases(db, prepares.equals("true") ? "binary" : "text", Files.readAllLines(Path.of(env.get("CASES") + ".tsv")));
            }
        }
        try (Connection db = DriverManager.getConnection(url); Statement st = db.createStatement()) {
            DatabaseMetaData meta = db.getMetaData();
            check("tables", names(meta.getTables(env.get("DATABASE"), null, "%", new String[] {"TABLE"}), "TABLE_NAME"), "[child, kinds, notes]");
            check("columns", names(meta.getColumns(env.get("DATABASE"), null, "child", "%"), "COLUMN_NAME"), "[id, kind]");
            check("primary key", names(meta.getPrimaryKeys(env.get("DATABASE"), null, "kinds"), "COLUMN_NAME"), "[id]");
            check("imported keys", names(meta.getImportedKeys(env.get("DATABASE"), null, "child"), "PKTABLE_NAME"), "[kinds]");
            check("indexes", names(meta.getIndexInfo(env.get("DATABASE"), null, "kinds", true, false), "COLUMN_NAME"), "[id, vc]");
            check("procedures", names(meta.getProcedures(env.get("DATABASE"), null, "%"), "PROCEDURE_NAME"), "[both_ways]");
            check("catalogs", names(meta.getCatalogs(), "TABLE_CAT").contains("interview"), true);
            check("version", meta.getDatabaseProductVersion().startsWith("8.0.36"), true);
            meta.getTypeInfo().close();
            st.execute("SELECT 1; DO 2; SELECT 3");
            List<String> all = new ArrayList<>();
            do {
                ResultSet rs = st.getResultSet();
                if (rs != null) { rs.next(); all.add(rs.getString(1)); }
            } while (st.getMoreResults() || st.getUpdateCount() != -1);
            check("several statements", all, "[1, 3]");
            try (CallableStatement call = db.prepareCall("{call both_ways(?)}")) {
                call.setInt(1, 1);
                call.execute();
                call.getResultSet().next();
                check("first result", call.getResultSet().getInt(1), 1);
                call.getMoreResults();
                call.getResultSet().next();
                check("second result", call.getResultSet().getInt(2), 3);
            }
            Path file = Path.of(env.get("SCRATCH"), "java.txt");
            Files.writeString(file, "x\ny\n");
            check("LOAD DATA LOCAL", st.executeUpdate("LOAD DATA LOCAL INFILE '" + file + "' INTO TABLE notes (note)"), 2);
            try (PreparedStatement batch = db.prepareStatement("INSERT INTO notes (note) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
                for (String s : new String[] {"a", "b"}) { batch.setString(1, s); batch.addBatch(); }
                check("batch", batch.executeBatch().length, 2);
                ResultSet keys = batch.getGeneratedKeys();
                check("key", keys.next() && keys.getLong(1) > 0, true);
            }
            db.setAutoCommit(false);
            st.executeUpdate("DELETE FROM notes");
            db.rollback();
            db.setAutoCommit(true);
            ResultSet count = st.executeQuery("SELECT COUNT(*) FROM notes");
            count.next();
            check("rollback", count.getInt(1), 4);
            st.setQueryTimeout(1);
            try {
                ResultSet slept = st.executeQuery("SELECT SLEEP(20)");
                slept.next();
                check("timeout", slept.getInt(1), 1);
            } catch (SQLException e) {
                check("timeout", e instanceof SQLTimeoutException || e.getErrorCode() == 1317 || e.getErrorCode() == 3024, true);
            }
            st.setQueryTimeout(0);
            Thread cancel = new Thread(() -> {
                try (Connection other = DriverManager.getConnection(url); Statement look = other.createStatement()) {
                    int running = 0;
                    while (running == 0) {
                        ResultSet rs = look.executeQuery("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(20) AS cancelled%'");
                        rs.next();
                        running = rs.getInt(1);
                    }
                    st.cancel();
                } catch (Exception e) { throw new RuntimeException(e); }
            });
            cancel.start();
            try {
                ResultSet slept = st.executeQuery("SELECT SLEEP(20) AS cancelled");
                slept.next();
                check("cancelled", slept.getInt(1), 1);
            } catch (SQLException e) {
                check("cancelled", e.getErrorCode(), 1317);
            }
            cancel.join();
            check("alive", db.isValid(5), true);
            st.setFetchSize(1);
            ResultSet stream = st.executeQuery("SELECT id FROM kinds ORDER BY id");
            check("streamed", names(stream, "id"), "[1, 2, 3]");
        }
        System.exit(failures > 0 ? 1 : 0);
    }

    // cases runs lines of name, only, error, state, rows, arguments, SQL; rows are
    // divided by U+001E, their values by U+001F, and NULL is U+0000.
    static void cases(Connection db, String protocol, List<String> lines) throws Exception {
        for (String line : lines) {
            String[] f = line.split("\t", -1);
            if (!f[1].isEmpty() && !f[1].equals(protocol)) continue;
            String name = protocol + ": " + f[0];
            try (PreparedStatement st = db.prepareStatement(f[6])) {
                if (!f[5].isEmpty()) {
                    int i = 0;
                    for (String a : f[5].split("\u001f", -1)) {
                        if (a.equals("\u0000")) st.setNull(++i, Types.VARCHAR);
                        else if (a.matches("-?\\d+")) st.setInt(++i, Integer.parseInt(a));
                        else st.setString(++i, a);
                    }
                }
                List<String> rows = new ArrayList<>();
                if (st.execute()) {
                    ResultSet rs = st.getResultSet();
                    while (rs.next()) {
                        List<String> row = new ArrayList<>();
                        for (int i = 1; i <= rs.getMetaData().getColumnCount(); i++) {
                            String v = rs.getString(i);
                            row.add(v == null ? "\u0000" : v.replaceFirst("(:\\d\\d)\\.0+$", "$1"));
                        }
                        rows.add(String.join("\u001f", row));
                    }
                }
                check(name, String.join("\u001e", rows), f[4]);
            } catch (SQLException e) {
                check(name, e.getErrorCode() + " " + e.getSQLState(), f[2].isEmpty() ? "rows: " + e.getMessage() : f[2] + " " + f[3]);
            }
        }
    }

    static List<String> names(ResultSet rs, String column) throws SQLException {
        List<String> all = new ArrayList<>();
        while (rs.next()) all.add(rs.getString(column));
        Collections.sort(all);
        return all;
    }
}
