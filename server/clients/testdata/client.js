// mysql2, mariadb, knex, sequelize, typeorm or drizzle, as the first argument says.
const fs = require('fs')
const { HOST: host, USER: user, PASSWORD: password, DATABASE: database, SCRATCH } = process.env
const port = Number(process.env.PORT)
const tls = process.env.TLS === '1'
const cases = JSON.parse(fs.readFileSync(process.env.CASES))
let failures = 0

function check(name, got, want) {
  if (JSON.stringify(got) === JSON.stringify(want)) return
  failures++
  console.log(`FAIL ${name}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`)
}
const text = v => v === null || v === undefined ? null : Buffer.isBuffer(v) ? v.toString() : String(v)

// run calls query(sql, args) for each case; it returns an array of arrays.
async function run(protocol, query) {
  for (const c of cases) {
    if ((c.only || protocol) !== protocol) continue
    const name = `${protocol}: ${c.name}`
    try {
      const rows = await query(c.sql, c.args || [])
      check(name, rows.map(r => Object.values(r).map(text)), c.want || c.error)
    } catch (e) {
      const error = e.original || e.driverError || e.cause || e
      check(name, `${error.errno} ${error.sqlState}`, c.error ? `${c.error} ${c.state}` : 'rows: ' + e.message)
    }
  }
}
const file = SCRATCH + '/node.txt'
fs.writeFileSync(file, 'x\ny\n')
const ssl = tls ? { rejectUnauthorized: false } : undefined

const clients = {
  async mysql2() {
    const mysql = require('mysql2/promise')
    const options = { host, port, user, password, database, ssl, dateStrings: true, supportBigNumbers: true, bigNumberStrings: true, multipleStatements: true }
    const db = await mysql.createConnection(options)
    await run('text', async (sql, args) => (await db.query({ sql, rowsAsArray: true }, args))[0])
    await run('binary', async (sql, args) => (await db.execute({ sql, rowsAsArray: true }, args.map(a => typeof a === 'number' ? String(a) : a)))[0])
    check('several statements', (await db.query({ sql: 'SELECT 1; SELECT 2', rowsAsArray: true }))[0], [[['1']], [['2']]])
    check('CALL', (await db.query({ sql: 'CALL both_ways(1)', rowsAsArray: true }))[0].slice(0, 2), [[[1]], [['2', '3']]])
    const [loaded] = await db.query({ sql: `LOAD DATA LOCAL INFILE '${file}' INTO TABLE notes (note)`, infileStreamFactory: p => fs.createReadStream(p) })
    check('LOAD DATA LOCAL', loaded.affectedRows, 2)
    await db.beginTransaction()
    const [done] = await db.query("INSERT INTO notes (note) VALUES ('a')")
    check('insert id', [done.affectedRows, done.insertId > 0], [1, true])
    await db.rollback()
    check('rollback', (await db.query('SELECT COUNT(*) AS n FROM notes'))[0], [{ n: '2' }])
    await db.changeUser({ user, password, database })
    await db.ping()
    const other = await mysql.createConnection(options)
    const slow = db.query('SELECT SLEEP(20) AS s').then(r => r[0][0].s, e => e.errno)
    while ((await other.query("SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE INFO = 'SELECT SLEEP(20) AS s'"))[0][0].n === '0') ;
    await other.query(`KILL QUERY ${db.threadId}`)
    check('killed', [1, 1317].includes(Number(await slow)), true)
    const zip = await mysql.createConnection({ ...options, compress: true })
    check('compressed', (await zip.query("SELECT REPEAT('ab', 500000) AS r"))[0][0].r.length, 1000000)
    for (const c of [db, other, zip]) await c.end()
  },
  async mariadb() {
    const mariadb = require('mariadb')
    const db = await mariadb.createConnection({ host, port, user, password, database, ssl, rowsAsArray: true, dateStrings: true, bigIntAsNumber: false,
      decimalAsNumber: false, insertIdAsNumber: true, multipleStatements: true, permitLocalInfile: true, allowPublicKeyRetrieval: true })
    await run('text', (sql, args) => db.query(sql, args))
    await run('binary', (sql, args) => db.execute(sql, args))
    check('CALL', (await db.query('CALL both_ways(1)')).slice(0, 2).map(rows => rows.map(r => r.map(Number))), [[[1]], [[2, 3]]])
    check('LOAD DATA LOCAL', (await db.query(`LOAD DATA LOCAL INFILE '${file}' INTO TABLE notes (note)`)).affectedRows, 2)
    await db.batch('INSERT INTO notes (note) VALUES (?)', [['a'], ['b']])
    check('batch', text((await db.query('SELECT COUNT(*) FROM notes'))[0][0]), '4')
    await db.reset()
    await db.end()
  },
  async knex() {
    const knex = require('knex')({ client: 'mysql2', connection: { host, port, user, password, database, ssl, dateStrings: true, supportBigNumbers: true, bigNumberStrings: true } })
    await run('text', async (sql, args) => args.length ? (await knex.raw(sql, args))[0] : (await knex.raw(sql.replace(/\?/g, '\\?')))[0])
    await knex.schema.dropTableIfExists('made')
    await knex.schema.createTable('made', t => { t.increments('id'); t.string('name').notNullable().unique(); t.boolean('ok').defaultTo(true); t.timestamps(true, true) })
    check('has table', [await knex.schema.hasTable('made'), await knex.schema.hasColumn('made', 'ok')], [true, true])
    await knex('made').insert([{ name: 'a' }, { name: 'b' }])
    await knex('made').insert({ name: 'a' }).onConflict('name').merge({ ok: false })
    check('rows', await knex('made').select('name', 'ok').orderBy('name'), [{ name: 'a', ok: 0 }, { name: 'b', ok: 1 }])
    await knex.transaction(async t => { await t('made').delete(); throw new Error('no') }).catch(() => {})
    check('rollback', Number((await knex('made').count('* as n'))[0].n), 2)
    check('columns', Object.keys(await knex('made').columnInfo()), ['id', 'name', 'ok', 'created_at', 'updated_at'])
    await knex.schema.alterTable('made', t => { t.integer('more'); t.dropColumn('ok') })
    await knex.schema.dropTable('made')
    await knex.destroy()
  },
  async sequelize() {
    const { Sequelize, DataTypes, QueryTypes } = require('sequelize')
    const db = new Sequelize(database, user, password, { host, port, dialect: 'mysql', logging: false, dialectOptions: { ssl, dateStrings: true } })
    await db.authenticate()
    const Person = db.define('Person', { name: { type: DataTypes.STRING, allowNull: false, unique: 'name' }, score: DataTypes.DECIMAL(10, 2), tags: DataTypes.JSON, kind: DataTypes.ENUM('a', 'b') })
    const Pet = db.define('Pet', { name: DataTypes.STRING })
    Person.hasMany(Pet); Pet.belongsTo(Person)
    await db.sync({ force: true })
    await db.sync({ alter: true })
    const person = await Person.create({ name: 'Ann', score: '1.50', tags: { x: [1] }, kind: 'b', Pets: [{ name: 'Rex' }] }, { include: Pet })
    const [found] = await Person.findAll({ include: Pet, where: { name: 'Ann' } })
    check('found', [found.score, found.kind, found.Pets.map(p => p.name)], ['1.50', 'b', ['Rex']])
    await found.update({ score: 2 })
    check('duplicate', await Person.create({ name: 'Ann' }).then(() => 'made', e => e.name), 'SequelizeUniqueConstraintError')
    check('tables', (await db.getQueryInterface().showAllTables()).map(t => t.tableName || t).includes('Pets'), true)
    check('described', Object.keys(await db.getQueryInterface().describeTable('Pets')), ['id', 'name', 'createdAt', 'updatedAt', 'PersonId'])
    check('foreign key', (await db.getQueryInterface().getForeignKeyReferencesForTable('Pets')).map(k => [k.columnName, k.referencedTableName]), [['PersonId', 'People']])
    check('bound', await db.query('SELECT ? AS a', { replacements: [1], type: QueryTypes.SELECT }), [{ a: 1 }])
    await db.drop()
    await db.close()
  },
  async typeorm() {
    require('reflect-metadata')
    const { DataSource, EntitySchema } = require('typeorm')
    const Cat = new EntitySchema({ name: 'Cat', columns: { id: { type: Number, primary: true, generated: true }, name: { type: String, unique: true }, born: { type: 'datetime', nullable: true }, kind: { type: 'enum', enum: ['a', 'b'], default: 'a' } } })
    const source = new DataSource({ type: 'mysql', host, port, username: user, password, database, ssl, entities: [Cat], synchronize: true, logging: false })
    await source.initialize()
    await source.synchronize() // finds nothing to change
    const cats = source.getRepository('Cat')
    await cats.save([{ name: 'Tom' }, { name: 'Kit', kind: 'b' }])
    check('rows', (await cats.find({ order: { name: 'ASC' } })).map(c => [c.name, c.kind]), [['Kit', 'b'], ['Tom', 'a']])
    check('count', await cats.createQueryBuilder('c').where('c.name LIKE :n', { n: 'T%' }).getCount(), 1)
    await source.transaction(async m => { await m.delete('Cat', { name: 'Tom' }); throw new Error('no') }).catch(() => {})
    check('rollback', await cats.count(), 2)
    await source.dropDatabase()
    await source.destroy()
  },
  async drizzle() {
    const mysql = require('mysql2/promise')
    const { drizzle } = require('drizzle-orm/mysql2')
    const { mysqlTable, int, varchar, datetime } = require('drizzle-orm/mysql-core')
    const { eq, sql } = require('drizzle-orm')
    const pool = mysql.createPool({ host, port, user, password, database, ssl })
    const db = drizzle(pool)
    const things = mysqlTable('things', { id: int('id').autoincrement().primaryKey(), name: varchar('name', { length: 50 }), at: datetime('at') })
    await db.execute(sql`CREATE TABLE things (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(50), at DATETIME)`)
    await db.insert(things).values([{ name: 'a', at: new Date(0) }, { name: 'b' }])
    check('rows', await db.select({ name: things.name }).from(things).where(eq(things.id, 2)), [{ name: 'b' }])
    await db.update(things).set({ name: 'c' }).where(eq(things.name, 'a'))
    check('rollback', await db.transaction(async t => { await t.delete(things); t.rollback() }).catch(() => 'back'), 'back')
    check('left', (await db.select().from(things).orderBy(things.id)).map(t => t.name), ['c', 'b'])
    await db.execute(sql`DROP TABLE things`)
    await pool.end()
  }
}

clients[process.argv[2]]().then(() => {
  console.log(`${cases.length} cases`)
  process.exit(failures ? 1 : 0)
}, e => { console.log(e); process.exit(1) })
