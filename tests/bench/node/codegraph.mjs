// Reads CodeGraph's database: what it knows, and where it is used. Runs on its own runtime.
import { DatabaseSync } from 'node:sqlite';
import { writeFileSync } from 'node:fs';

const [path, output] = process.argv.slice(2);
const database = new DatabaseSync(path, { readOnly: true });
const nodes = database.prepare(`
  SELECT id, name, file_path AS path, start_line AS first, end_line AS last
  FROM nodes WHERE kind NOT IN ('file', 'import')`).all();
// Every kind of edge is a use, but for what holds what and where a route leads. Some values
// are linked to the function that reads them without a line: these name no place.
const edges = database.prepare(`
  SELECT DISTINCT edges.target, nodes.file_path AS path, edges.line
  FROM edges JOIN nodes ON nodes.id = edges.source
  WHERE edges.kind NOT IN ('contains', 'navigates') AND edges.line IS NOT NULL`).all();
writeFileSync(output, JSON.stringify({ nodes, edges }));
