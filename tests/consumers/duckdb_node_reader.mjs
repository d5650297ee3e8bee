// DuckDB in Node, SQL over the files, values as JavaScript: node duckdb_node_reader.mjs FOLDER
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { DuckDBInstance, version } from '@duckdb/node-api'

const folder = process.argv[2]
const db = await (await DuckDBInstance.create(':memory:')).connect()
const tables = readdirSync(folder).filter(name => name.endsWith('.parquet')).map(name => name.slice(0, -'.parquet'.length))
for (const table of tables) await db.run(`CREATE VIEW ${table} AS FROM '${folder}/${table}.parquet'`)

// counts are BigInt in JavaScript, days are Date
const plain = value => typeof value === 'bigint' ? Number(value)
  : value instanceof Date ? value.toISOString().slice(0, 10) : value
const ask = async sql => (await db.runAndReadAll(sql)).getRowsJS().map(row => row.map(plain))
const row = async sql => (await ask(sql))[0]
const plus = (total, [value]) => total + value

const rows = {}
for (const table of tables) rows[table] = (await row(`SELECT count(*) FROM ${table}`))[0]
const prints = await ask('SELECT as_printed FROM observations ORDER BY observation_id')
const percent = await ask(`SELECT obs_value FROM observations
  WHERE unit_id = 'percent' AND obs_value IS NOT NULL ORDER BY observation_id`)
const answers = {
  rows,
  value: await ask(`SELECT obs_value, lower, upper FROM observations
    WHERE observation_id IN ('jiangsu-2022-s1:1', 'jiangsu-population-2022:9') ORDER BY observation_id`),
  unbounded: await row(`SELECT count_if(lower IS NULL), count_if(upper IS NULL), count_if(note IS NULL)
    FROM observations`),
  dates: [...await row('SELECT min(period_start), max(period_end) FROM observations'),
    ...await row('SELECT count_if(known_from IS NULL) FROM sources')],
  integers: await row(`SELECT max(printed_decimals), max(char_end), sum(char_start), count_if(paragraph IS NULL)
    FROM observations`),
  booleans: await row('SELECT count_if(countable), count_if(NOT countable) FROM units'),
  chinese: [(await row("SELECT as_printed FROM observations WHERE observation_id = 'jiangsu-2022-s1:1'"))[0],
    createHash('sha256').update(prints.join('|')).digest('hex')],
  sum: percent.reduce(plus, 0),
  join: Object.fromEntries(await ask(`SELECT name_zh, count(*) FROM observations JOIN areas ON ref_area = code
    GROUP BY name_zh`)),
  breakdown: await row("SELECT count(*), count(DISTINCT indicator_id) FROM observations WHERE residence = 'U'"),
}
const types = {}
for (const table of ['observations', 'units']) {
  const reader = await db.runAndReadAll(`FROM ${table} LIMIT 0`)
  types[table] = Object.fromEntries(reader.columnNames().map((name, i) => [name, String(reader.columnTypes()[i])]))
}
console.log(JSON.stringify({ version: version().replace(/^v/, ''), types, answers }))
