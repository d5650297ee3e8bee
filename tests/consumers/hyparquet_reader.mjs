// hyparquet, Parquet in plain JavaScript: node hyparquet_reader.mjs FOLDER
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const folder = process.argv[2]
const tables = {}
for (const name of readdirSync(folder).filter(name => name.endsWith('.parquet'))) {
  const file = await asyncBufferFromFile(`${folder}/${name}`)
  tables[name.slice(0, -'.parquet'.length)] = await parquetReadObjects({ file, compressors })
}
const { observations, sources, units, areas } = tables
const figures = observations.toSorted((a, b) => a.observation_id < b.observation_id ? -1 : 1)
const find = id => figures.find(figure => figure.observation_id === id)
const column = (rows, name) => rows.map(row => row[name]).filter(value => value !== null)
const missing = (rows, name) => rows.filter(row => row[name] === null).length
const day = time => new Date(time).toISOString().slice(0, 10)
const plus = (total, value) => total + value
const names = new Map(areas.map(area => [area.code, area.name_zh]))
const urban = figures.filter(figure => figure.residence === 'U')
const join = {}
for (const { ref_area } of figures) join[names.get(ref_area)] = (join[names.get(ref_area)] ?? 0) + 1

const answers = {
  rows: Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.length])),
  value: ['jiangsu-2022-s1:1', 'jiangsu-population-2022:9'].map(find).map(f => [f.obs_value, f.lower, f.upper]),
  unbounded: ['lower', 'upper', 'note'].map(name => missing(figures, name)),
  dates: [day(Math.min(...column(figures, 'period_start'))), day(Math.max(...column(figures, 'period_end'))),
    missing(sources, 'known_from')],
  integers: [Math.max(...column(figures, 'printed_decimals')), Math.max(...column(figures, 'char_end')),
    column(figures, 'char_start').reduce(plus), missing(figures, 'paragraph')],
  booleans: [true, false].map(countable => units.filter(unit => unit.countable === countable).length),
  chinese: [find('jiangsu-2022-s1:1').as_printed,
    createHash('sha256').update(column(figures, 'as_printed').join('|')).digest('hex')],
  sum: column(figures.filter(figure => figure.unit_id === 'percent'), 'obs_value').reduce(plus),
  join,
  breakdown: [urban.length, new Set(column(urban, 'indicator_id')).size],
}
// JavaScript has no column types: what the values are, of which there must be one kind a column
const kind = value => value instanceof Date ? 'Date' : typeof value
const kinds = (rows, name) => [...new Set(column(rows, name).map(kind))].join(' ')
const seen = rows => Object.fromEntries(Object.keys(rows[0]).map(name => [name, kinds(rows, name)]))
const { version } = JSON.parse(readFileSync('node_modules/hyparquet/package.json'))
console.log(JSON.stringify({ version, types: { observations: seen(observations), units: seen(units) }, answers }))
