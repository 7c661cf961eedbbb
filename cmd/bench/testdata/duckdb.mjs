// Loads the CSVs of a directory into DuckDB, runs the questions, and fetches Logins:
// node duckdb.mjs DIR THREADS RUNS < {question: text} > {load, transfer, questions: {question: {seconds, rows}}}
// @duckdb/node-api is looked for from the current directory on.
import { createRequire } from 'module';
import fs from 'fs';
const duckdb = createRequire(process.cwd() + '/x.js')('@duckdb/node-api');
const [dir, threads, runs] = process.argv.slice(2);
const db = await duckdb.DuckDBInstance.create(':memory:', { threads });
const c = await db.connect();
const timed = async (runs, f) => {
  let best = Infinity;
  for (let i = 0; i < runs; i++) {
    const t = performance.now();
    await f();
    best = Math.min(best, (performance.now() - t) / 1e3);
  }
  return best;
};
const out = { questions: {} };
out.load = await timed(1, async () => {
  for (const n of ['Employees', 'History', 'Products', 'Orders', 'Logins'])
    await c.run(`CREATE TABLE ${n} AS SELECT * FROM read_csv('${dir}/${n}.csv', header=true, nullstr='\\N')`);
});
for (const [k, q] of Object.entries(JSON.parse(fs.readFileSync(0)))) {
  let r;
  try {
    const seconds = await timed(+runs, async () => { r = await c.runAndReadAll(q); });
    out.questions[k] = { seconds, rows: r.getRows().map(row => row.map(v => v === null ? null : String(v))) };
  } catch (e) {
    out.questions[k] = { error: String(e) };
  }
}
out.transfer = await timed(+runs, async () => { (await c.runAndReadAll('SELECT * FROM Logins')).getColumns(); });
console.log(JSON.stringify(out));
