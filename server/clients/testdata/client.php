<?php
// mysqli or PDO, as the first argument says.
[$host, $port, $user, $password, $database] = array_map('getenv', ['HOST', 'PORT', 'USER', 'PASSWORD', 'DATABASE']);
$tls = getenv('TLS') === '1';
$cases = json_decode(file_get_contents(getenv('CASES')), true);
$failures = 0;

function check($name, $got, $want) {
    global $failures;
    if ($got !== $want) {
        $failures++;
        echo "FAIL $name: got ", json_encode($got, JSON_UNESCAPED_UNICODE), ', want ', json_encode($want, JSON_UNESCAPED_UNICODE), "\n";
    }
}

function texts($rows) {
    return array_map(fn($row) => array_map(fn($v) => $v === null ? null : (string) $v, array_values($row)), $rows);
}

function run($protocol, $query) {
    global $cases;
    foreach ($cases as $c) {
        if (($c['only'] ?? $protocol) !== $protocol || $protocol === 'text' && isset($c['args'])) continue;
        try {
            $got = texts($query($c['sql'], $c['args'] ?? []));
        } catch (Exception $e) {
            $state = $e instanceof PDOException ? $e->errorInfo[0] : $e->getSqlState();
            $code = $e instanceof PDOException ? $e->errorInfo[1] : $e->getCode();
            check("$protocol: {$c['name']}", "$code $state", isset($c['error']) ? "{$c['error']} {$c['state']}" : 'rows: ' . $e->getMessage());
            continue;
        }
        check("$protocol: {$c['name']}", $got, $c['want'] ?? $c['error']);
    }
}

$file = getenv('SCRATCH') . '/php.txt';
file_put_contents($file, "x\ny\n");
if ($argv[1] === 'mysqli') {
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    $connect = function ($flags = 0) use ($host, $port, $user, $password, $database, $tls) {
        $db = mysqli_init();
        $db->options(MYSQLI_OPT_LOCAL_INFILE, true);
        $db->real_connect($host, $user, $password, $database, (int) $port, null,
            $flags | ($tls ? MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT : 0));
        $db->set_charset('utf8mb4');
        return $db;
    };
    $db = $connect();
    run('text', fn($sql) => ($r = $db->query($sql)) === true ? [] : $r->fetch_all());
    run('binary', function ($sql, $args) use ($db) {
        $st = $db->prepare($sql);
        $st->execute($args ?: null);
        return ($r = $st->get_result()) ? $r->fetch_all() : [];
    });
    $db->multi_query('SELECT 1; DO 2; SELECT 3');
    $all = [];
    do {
        if ($r = $db->store_result()) $all[] = $r->fetch_row()[0];
    } while ($db->more_results() && $db->next_result());
    check('several statements', $all, ['1', '3']);
    $db->multi_query('CALL both_ways(1)');
    $all = [];
    do {
        if ($r = $db->store_result()) $all[] = $r->fetch_row();
    } while ($db->more_results() && $db->next_result());
    check('CALL', $all, [['1'], ['2', '3']]);
    $db->query("LOAD DATA LOCAL INFILE '$file' INTO TABLE notes (note)");
    check('LOAD DATA LOCAL', $db->affected_rows, 2);
    $db->query("INSERT INTO notes (note) VALUES ('a')");
    check('insert id', $db->insert_id > 0, true);
    check('info', ($db->query("UPDATE notes SET note = 'b'")) && str_starts_with($db->info, 'Rows matched: 3  Changed: 3'), true);
    $db->begin_transaction();
    $db->query('DELETE FROM notes');
    $db->rollback();
    check('rollback', $db->query('SELECT COUNT(*) FROM notes')->fetch_row()[0], '3');
    check('change user', $db->change_user($user, $password, $database), true);
    check('statistics', str_starts_with($db->stat(), 'Uptime'), true);
    $st = $db->prepare('SELECT LENGTH(?)');
    $null = null;
    $st->bind_param('b', $null);
    $st->send_long_data(0, str_repeat('x', 100000));
    $st->send_long_data(0, 'y');
    $st->execute();
    check('long data', $st->get_result()->fetch_row()[0], 100001);
    $other = $connect();
    $db->kill($other->thread_id);
    try {
        $other->query('SELECT 1');
        check('killed', 'alive', 'gone');
    } catch (mysqli_sql_exception $e) {
        check('killed', in_array($e->getCode(), [2006, 2013]), true);
    }
    $zip = $connect(MYSQLI_CLIENT_COMPRESS);
    check('compressed', strlen($zip->query("SELECT REPEAT('ab', 500000)")->fetch_row()[0]), 1000000);
    $field = $db->query('SELECT id, vc FROM kinds')->fetch_fields()[1];
    check('metadata', [$field->name, $field->orgtable, $field->type, $field->length], ['vc', 'kinds', 253, 200]);
} else {
    $options = [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_STRINGIFY_FETCHES => true, PDO::MYSQL_ATTR_LOCAL_INFILE => true];
    if ($tls) $options += [PDO::MYSQL_ATTR_SSL_CA => getenv('CA') ?: '', PDO::MYSQL_ATTR_SSL_VERIFY_SERVER_CERT => false];
    $db = new PDO("mysql:host=$host;port=$port;dbname=$database;charset=utf8mb4", $user, $password, $options);
    foreach (['text' => true, 'binary' => false] as $protocol => $emulated) {
        $db->setAttribute(PDO::ATTR_EMULATE_PREPARES, $emulated);
        run($protocol, function ($sql, $args) use ($db) {
            $st = $db->prepare($sql);
            foreach ($args as $i => $a) $st->bindValue($i + 1, $a, is_int($a) ? PDO::PARAM_INT : ($a === null ? PDO::PARAM_NULL : PDO::PARAM_STR));
            $st->execute();
            return $st->columnCount() ? $st->fetchAll(PDO::FETCH_NUM) : [];
        });
    }
    $st = $db->query('CALL both_ways(1)');
    $all = [];
    do {
        if ($rows = $st->fetchAll(PDO::FETCH_NUM)) $all[] = $rows[0];
    } while ($st->nextRowset());
    check('CALL', $all, [['1'], ['2', '3']]);
    $db->beginTransaction();
    $db->exec("INSERT INTO notes (note) VALUES ('a')");
    check('insert id', $db->lastInsertId() > 0, true);
    $db->rollBack();
    check('rollback', $db->query('SELECT COUNT(*) FROM notes')->fetchColumn(), '0');
    check('LOAD DATA LOCAL', $db->exec("LOAD DATA LOCAL INFILE '$file' INTO TABLE notes (note)"), 2);
    $db->setAttribute(PDO::MYSQL_ATTR_USE_BUFFERED_QUERY, false);
    $st = $db->query('SELECT id FROM kinds ORDER BY id');
    check('streamed', $st->fetchColumn(), '1');
    $st->closeCursor();
}
echo count($cases), " cases\n";
exit($failures > 0 ? 1 : 0);
