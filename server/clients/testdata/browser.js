// Adminer or phpMyAdmin, as the first argument says: PHP serves it, and a headless
// Chromium clicks through it. An error that a page shows fails the case.
const fs = require('fs')
const path = require('path')
const { spawn } = require('child_process')
const { chromium } = require('playwright-core')
const { HOST, PORT, USER, PASSWORD, DATABASE, SCRATCH, SHOTS } = process.env
let failures = 0
let page

function fail(name, why) {
  failures++
  console.log(`FAIL ${name}: ${why}`)
}

// lacks are those of the texts that are not in another.
const lacks = (text, texts) => texts.filter(t => !(t instanceof RegExp ? t.test(text) : text.includes(t)))

// step does something, waits until the page shows each of the texts, and checks that it
// shows no error.
async function step(name, act, ...texts) {
  if (process.env.ONLY && !new RegExp(process.env.ONLY).test(name)) return
  const began = Date.now()
  try {
    await act()
    const sources = texts.map(t => t instanceof RegExp ? { pattern: t.source, flags: t.flags } : t)
    await page.waitForFunction(texts => {
      const shown = document.body ? document.body.innerText : ''
      const idle = !(window.AJAX && window.AJAX.active) // phpMyAdmin passes over what is clicked while it loads
      return document.readyState === 'complete' && idle && texts.every(t => t.pattern ? new RegExp(t.pattern, t.flags).test(shown) : shown.includes(t))
    }, sources).catch(async e => fail(name, `no ${lacks(await page.innerText('body'), texts)} in\n${(await page.innerText('body')).slice(0, 3000)}`))
    for (const e of await page.locator(tool.errors).allInnerTexts()) {
      if (e.trim()) fail(name, e)
    }
  } catch (e) {
    fail(name, e.message)
  }
  if (process.env.ONLY) console.log(name, Date.now() - began)
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${process.argv[2]} ${name}.png`, fullPage: true }).catch(() => {})
}

// saved does something that downloads a file, checks that it has each of the texts, and
// returns its name.
async function saved(name, act, ...texts) {
  if (process.env.ONLY && !new RegExp(process.env.ONLY).test(name)) return
  try {
    const [download] = await Promise.all([page.waitForEvent('download'), act()])
    const file = path.join(SCRATCH, name.replace(/\W+/g, '_'))
    await download.saveAs(file)
    const text = fs.readFileSync(file, 'utf8')
    const missing = lacks(text, texts)
    if (missing.length) fail(name, `no ${missing.join(', no ')} in\n${text.slice(0, 6000)}`)
    return file
  } catch (e) {
    fail(name, e.message)
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${process.argv[2]} ${name}.png`, fullPage: true }).catch(() => {})
  }
}

const link = (name, within = page) => within.getByRole('link', { name, exact: true }).first().click()
const button = (name, within = page) => within.getByRole('button', { name, exact: true }).first().click()

// adminer makes a directory with an Adminer that takes an empty password too, and TLS.
function adminer() {
  fs.writeFileSync(path.join(SCRATCH, 'index.php'), `<?php
function adminer_object() {
  class Here extends Adminer {
    function login($login, $password) { return true; }
    function connectSsl() { return getenv('TLS') === '1' ? array('key' => null, 'cert' => null, 'ca' => getenv('CA')) : null; }
  }
  return new Here;
}
require '/usr/share/adminer/adminer.php';
`)
  return [SCRATCH, ['-d', 'opcache.enable_cli=1']]
}

adminer.errors = '.error'
adminer.walk = async function (base) {
  const server = `${base}/?server=${HOST}:${PORT}&username=${USER}`
  const own = `${server}&db=${DATABASE}`
  const at = (name, url, ...texts) => step(name, () => page.goto(url), ...texts)
  const query = (name, database, sql, ...texts) => step(name, async () => {
    await page.goto(`${server}&db=${database}&sql=`)
    await page.locator('textarea[name=query]').evaluate((t, sql) => { t.value = sql; t.previousSibling.textContent = sql }, sql)
    await button('Execute')
  }, ...texts)

  await step('login', async () => {
    await page.goto(base)
    await page.fill('[name="auth[server]"]', `${HOST}:${PORT}`)
    await page.fill('[name="auth[username]"]', USER)
    await page.fill('[name="auth[password]"]', PASSWORD)
    await button('Login')
  }, 'Select database', 'MySQL version: 8.0.36', 'interview', DATABASE)
  await step('database', async () => { await page.goto(server); await link('interview') },
    'Employees', 'Logins', 'InnoDB', '5 in total', '~ 14', 'consecutive_login_users', 'FUNCTION')
  await step('structure', () => page.locator('#Table-Logins').click(), 'logtime', 'datetime NULL', 'Indexes', 'Foreign keys', 'Triggers')
  await step('data', () => link('Select data'), 'SELECT *', 'user_001', '14 rows')
  await step('sorted', () => page.locator('#table thead a[href*="order"]').first().click(), 'ORDER BY')
  await step('limited', async () => { await page.fill('[name=limit]', '3'); await button('Select') }, 'LIMIT 3')
  await step('second page', () => page.locator('#content a[href*="page=1"], .pages a[href*="page=1"]').last().click(), 'OFFSET 3')
  await query('SQL command', 'interview', 'SELECT * FROM consecutive_login_users()', 'user_003', '3 rows')
  await step('explained', () => link('Explain'), 'select_type')
  if (PASSWORD) return // the rest is the same however one logs in

  await at('variables', `${server}&variables=`, 'version_comment', 'sql_mode')
  await at('status', `${server}&status=`, 'Uptime', 'Threads_connected')
  await at('processes', `${server}&processlist=`, 'SHOW FULL PROCESSLIST')
  await at('privileges', `${server}&privileges=`, 'root')
  await step('an account', () => link('Edit'), 'Privileges')
  await query('several statements', DATABASE, 'SELECT COUNT(*) FROM kinds; SELECT 6 * 7 AS answer; CALL both_ways(40)', 'answer', '42', '1 row')
  await at('all types', `${own}&select=kinds`, '18446744073709551615', 'Zoë 日本 🙂', '2024-02-29 23:59:58.123456', '-12:34:56', 'NULL', '3 rows')
  await step('searched', async () => {
    await page.goto(`${own}&select=kinds&where%5B0%5D%5Bcol%5D=vc&where%5B0%5D%5Bop%5D=LIKE+%25%25&where%5B0%5D%5Bval%5D=zoe`)
  }, 'Zoë', '1 row')

  await step('new item', async () => {
    await page.goto(`${own}&edit=notes`)
    await page.fill('[name="fields[note]"]', "from Adminer's form")
    await button('Save')
  }, 'Item 1 has been inserted', "from Adminer's form")
  await step('edit', async () => {
    await link('edit')
    await page.fill('[name="fields[note]"]', 'changed')
    await button('Save')
  }, 'Item has been updated', 'changed')
  await step('a second item', async () => {
    await page.goto(`${own}&edit=notes`)
    await page.fill('[name="fields[note]"]', 'second')
    await button('Save')
  }, 'Item 2 has been inserted', 'second', '2 rows')
  await step('delete', async () => {
    await page.goto(`${own}&edit=notes&where%5Bid%5D=1`)
    page.once('dialog', d => d.accept())
    await button('Delete')
  }, 'Item has been deleted', '1 row')

  await step('create table', async () => {
    await page.goto(`${own}&create=`)
    await page.fill('[name=name]', 'made')
    await page.fill('[name="fields[1][field]"]', 'id')
    await page.check('[name=auto_increment_col][value="1"]')
    await page.selectOption('[name=Engine]', 'InnoDB')
    await button('Save')
  }, 'Table has been created', 'Auto Increment')
  await step('alter table', async () => {
    await link('Alter table')
    await page.fill('[name=Comment]', 'made by a form')
    await button('Save')
  }, 'Table has been altered')
  await step('foreign keys', async () => { await page.goto(`${own}&table=child`) }, 'ON DELETE', 'kinds(id)')
  await step('add foreign key', async () => { await page.goto(`${own}&foreign=child`) }, 'Target table')
  await step('alter indexes', async () => { await page.goto(`${own}&indexes=kinds`) }, 'PRIMARY')
  await step('add index', async () => {
    await page.goto(`${own}&indexes=notes`)
    await page.selectOption('[name="indexes[2][type]"]', 'INDEX')
    await page.selectOption('[name="indexes[2][columns][1]"]', 'note')
    await button('Save')
  }, 'Indexes have been altered')
  await step('create view', async () => {
    await page.goto(`${own}&view=`)
    await page.fill('[name=name]', 'seen')
    await page.locator('textarea[name=select]').evaluate(t => { t.value = 'SELECT note FROM notes'; t.previousSibling.textContent = t.value })
    await button('Save')
  }, 'View has been created', 'note')
  await at('view', `${own}&select=seen`, 'second')
  await step('create trigger', async () => {
    await page.goto(`${own}&trigger=notes`)
    await page.fill('[name=Trigger]', 'upper')
    await page.locator('textarea[name=Statement]').evaluate(t => { t.value = 'SET NEW.note = UPPER(NEW.note)'; t.previousSibling.textContent = t.value })
    await button('Save')
  }, 'Trigger has been created')
  await at('trigger', `${own}&trigger=notes&name=upper`, 'Alter trigger')
  await step('call', async () => {
    await page.goto(`${own}&call=both_ways`)
    await page.fill('[name="fields[n]"]', '7')
    await button('Call')
  }, 'Routine has been called', '9')
  await at('procedure', `${own}&procedure=both_ways&name=both_ways`, 'Alter procedure')
  await at('schema', `${own}&schema=`, 'kinds', 'child')
  await step('maintenance', async () => {
    await page.goto(own)
    await page.check('#check-all')
    await button('Check')
  }, 'own.notes: OK'.replace('own', DATABASE))

  const dump = await saved('SQL export', async () => {
    await page.goto(`${own}&dump=`)
    await page.check('[name=output][value=file]')
    await page.check('[name=format][value=sql]')
    await page.selectOption('[name=table_style]', 'DROP+CREATE')
    await page.selectOption('[name=data_style]', 'INSERT')
    await button('Export')
  }, 'CREATE TABLE `kinds`', 'INSERT INTO `kinds`', 'Zoë 日本 🙂', '18446744073709551615', '12345.67890', 'second', 'CREATE TRIGGER', 'CREATE PROCEDURE', 'VIEW `seen`', 'REFERENCES `kinds`')
  await saved('CSV export', async () => {
    await page.goto(`${own}&dump=kinds`)
    await page.check('[name=output][value=file]')
    await page.check('[name=format][value=csv]')
    await button('Export')
  }, 'id,ti,si', '-9223372036854775808', 'Zoë 日本 🙂', '2024-02-29 23:59:58.123456')
  await step('import', async () => {
    await page.goto(`${own}&import=`)
    await page.setInputFiles('[name="sql_file[]"]', dump)
    await button('Execute')
  }, /\d+ queries executed OK/)
  await at('imported', `${own}&select=kinds`, '18446744073709551615', 'Zoë 日本 🙂', '3 rows')
  await step('logout', () => button('Logout'), 'Logout successful')
}

// phpmyadmin makes a directory of links to Debian's phpMyAdmin, but for where it looks
// for its configuration and keeps its files.
function phpmyadmin() {
  const from = '/usr/share/phpmyadmin', root = path.join(SCRATCH, 'pma')
  for (const [source, target] of [[from, root], [from + '/libraries', root + '/libraries']]) {
    fs.mkdirSync(target)
    for (const name of fs.readdirSync(source)) if (!['libraries', 'vendor_config.php'].includes(name)) fs.symlinkSync(path.join(source, name), path.join(target, name))
  }
  fs.writeFileSync(root + '/libraries/vendor_config.php', fs.readFileSync(from + '/libraries/vendor_config.php', 'utf8')
    .replace(/('tempDir' => ).*/, `$1'${SCRATCH}/',`).replace(/('configFile' => ).*/, `$1'${SCRATCH}/config.inc.php',`)
    .replace(/('autoloadFile' => ).*/, `$1'${from}/autoload.php',`))
  fs.writeFileSync(SCRATCH + '/config.inc.php', `<?php
$cfg['blowfish_secret'] = '${'0123456789abcdef'.repeat(2)}';
$cfg['Servers'][1] = array('auth_type' => 'cookie', 'host' => '${HOST}', 'port' => '${PORT}', 'AllowNoPassword' => true,
  'ssl' => getenv('TLS') === '1', 'ssl_ca' => getenv('CA'), 'ssl_verify' => true);
$cfg['PmaNoRelation_DisableWarning'] = true;
$cfg['ZeroConf'] = false;
`)
  fs.writeFileSync(SCRATCH + '/root.php', `<?php define('ROOT_PATH', '${root}/');`)
  return [root, ['-d', 'opcache.enable_cli=1', '-d', `auto_prepend_file=${SCRATCH}/root.php`]]
}

phpmyadmin.errors = '.alert-danger, .error, #pma_errors'
phpmyadmin.walk = async function (base) {
  const url = (route, more = '') => `${base}/index.php?route=${route}&server=1${more}`
  const own = `&db=${DATABASE}`
  const at = (name, route, more, ...texts) => step(name, () => page.goto(url(route, more)), ...texts)
  const query = (name, database, sql, ...texts) => step(name, async () => {
    await page.goto(url('/database/sql', `&db=${database}`))
    await page.waitForFunction(() => window.codeMirrorEditor)
    await page.evaluate(sql => window.codeMirrorEditor.setValue(sql), sql)
    await page.locator('#button_submit_query').click()
  }, ...texts)

  await step('login', async () => {
    await page.goto(base)
    await page.fill('#input_username', USER)
    await page.fill('#input_password', PASSWORD)
    await page.click('#input_go')
  }, 'General settings', 'Server version: 8.0.36', 'interview')
  await step('database', async () => { await page.goto(url('/')); await page.locator('#pma_navigation_tree').getByRole('link', { name: 'interview', exact: true }).click() }, 'Logins', '5 tables', 'utf8mb4_0900_ai_ci')
  await step('browse', () => page.locator('#tablesForm, #page_content').getByRole('link', { name: 'Logins', exact: true }).first().click(), 'Showing rows 0 - 13 (14 total', 'user_001')
  await query('SQL', 'interview', 'SELECT * FROM consecutive_login_users()', 'user_003', 'Showing rows 0 - 2 (3 total')
  if (PASSWORD) return // the rest is the same however one logs in

  await at('databases', '/server/databases', '', 'interview', 'utf8mb4_0900_ai_ci')
  await at('status', '/server/status', '', 'This MySQL server has been running')
  await at('processes', '/server/status/processes', '', 'SHOW PROCESSLIST')
  await at('queries', '/server/status/queries', '', 'Questions since startup')
  await at('status variables', '/server/status/variables', '', 'Threads connected')
  await at('monitor', '/server/status/monitor', '', 'Questions', 'Connections / Processes')
  await at('advisor', '/server/status/advisor', '', 'Advisor system')
  await at('accounts', '/server/privileges', '&viewing_mode=server', 'User accounts overview', 'root')
  await at('variables', '/server/variables', '', 'Server variables and settings', 'autocommit')
  await at('charsets', '/server/collations', '', 'utf8mb4_0900_ai_ci')
  await at('engines', '/server/engines', '', 'InnoDB')
  await at('engine', '/server/engines/InnoDB', '', 'InnoDB')
  await at('plugins', '/server/plugins', '', 'caching_sha2_password')
  await at('replication', '/server/replication', '', 'Primary replication')
  await at('browse again', '/sql', '&db=interview&table=Logins&pos=0', 'Showing rows 0 - 13 (14 total')
  await step('sorted', () => page.locator('th[data-column=user_id] a').first().click(), 'ORDER BY')
  await step('paged', () => page.goto(url('/sql', '&db=interview&table=Logins&pos=5&session_max_rows=5')), 'Showing rows 5 - 9 (14 total')
  await at('structure', '/table/structure', '&db=interview&table=Logins', 'logtime', 'datetime', 'Indexes')
  await query('EXPLAIN', 'interview', 'EXPLAIN SELECT * FROM Logins', 'select_type')
  await query('several statements', DATABASE, 'SELECT COUNT(*) FROM kinds; SELECT 6 * 7 AS answer', 'answer', '42')
  await at('all types', '/sql', `${own}&table=kinds&pos=0`, '18446744073709551615', 'Zoë 日本 🙂', '2024-02-29 23:59:58.123456', '-12:34:56', 'NULL')
  await step('insert', async () => {
    await page.goto(url('/table/change', `${own}&table=notes`))
    await page.locator('textarea[name^="fields[multi_edit][0]"]').fill("from phpMyAdmin's form")
    await page.locator('input[type=submit][value=Go]').first().click()
  }, '1 row inserted')
  await at('inserted', '/sql', `${own}&table=notes&pos=0`, "from phpMyAdmin's form")
  await step('edit', async () => {
    await page.locator('.edit_row_anchor a').first().click()
    await page.waitForLoadState('networkidle')
    await page.locator('textarea[name^="fields[multi_edit][0]"]').fill('changed')
    await page.locator('input[type=submit][value=Go]').first().click()
  }, '1 row affected', 'changed')
  await step('delete', async () => {
    await page.goto(url('/sql', `${own}&table=notes&pos=0`))
    await page.locator('a.delete_row').first().click()
    await page.locator('.modal.show button:has-text("OK"), .alert-success:has-text("1 row deleted")').first().click()
  }, '1 row deleted')
  const exported = (name, more, before, ...texts) => saved(name, async () => {
    await page.goto(url('/table/export', `${own}&table=kinds&single_table=true`))
    await page.selectOption('#plugins', more)
    await before()
    await page.locator('#buttonGo').click()
  }, ...texts)
  await exported('SQL export', 'sql', async () => {}, 'CREATE TABLE `kinds`', 'INSERT INTO `kinds`', 'Zoë 日本 🙂', '18446744073709551615', '12345.67890')
  await exported('CSV export', 'csv', async () => {}, '-9223372036854775808', 'Zoë 日本 🙂', '2024-02-29 23:59:58.123456')
  await at('search', '/table/search', `${own}&table=kinds`, 'Table search')
  await at('relations', '/table/relation', `${own}&table=child`, 'Foreign key constraints', 'kinds')
  await at('operations', '/table/operations', `${own}&table=kinds`, 'Table maintenance')
  await at('triggers', '/table/triggers', `${own}&table=kinds`, 'Triggers')
  await at('tracking', '/table/tracking', `${own}&table=kinds`)
  await at('routines', '/database/routines', own, 'both_ways')
  await at('events', '/database/events', own, 'Events')
  await at('database triggers', '/database/triggers', own, 'Triggers')
  await at('database search', '/database/search', own, 'Search in database')
  await at('designer', '/database/designer', own, 'kinds', 'child')
  await at('data dictionary', '/database/data-dictionary', own, 'kinds')
  await at('query by example', '/database/qbe', own)
  await at('multi-table query', '/database/multi-table-query', own)
  await at('database operations', '/database/operations', own, 'Copy database to')
  await at('privileges', '/server/privileges', `${own}&checkprivsdb=${DATABASE}&viewing_mode=db`, 'root')
}

const tools = { adminer, phpmyadmin }
const tool = tools[process.argv[2]]

// serve has PHP serve the directory on a free port.
function serve(directory, args) {
  const php = spawn('php', [...args, '-S', '127.0.0.1:0', '-t', directory], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env } })
  return new Promise((resolve, reject) => {
    let said = ''
    php.stderr.on('data', d => {
      said += d
      const at = /\((http:.*?)\) started/.exec(said)
      if (at) resolve([php, at[1]])
    })
    php.on('exit', () => reject(new Error('php: ' + said)))
  })
}

async function main() {
  const [php, base] = await serve(...tool())
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium', headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  })
  try {
    const context = await browser.newContext({ locale: 'en-US', acceptDownloads: true, viewport: { width: 1400, height: 900 } })
    context.setDefaultTimeout(30000)
    page = await context.newPage()
    await tool.walk(base)
  } finally {
    await browser.close()
    php.kill()
  }
}

main().then(() => process.exit(failures ? 1 : 0), e => { console.log(e); process.exit(1) })
