/** `get`: the cluster's objects as `kubectl get` prints them, computed ones included. */
import { getObjects, getTable, printYaml, simulate } from '../engine/index.ts';
import { flag, inputOptions, oneOf, readArguments, text } from './arguments.ts';
import { readInput } from './inputFiles.ts';
import { type Console, type ExitStatus, json, UsageError } from './output.ts';
import { diagnosticLine } from './words.ts';

const options = {
  ...inputOptions,
  namespace: { type: 'string', short: 'n' },
  'all-namespaces': { type: 'boolean', short: 'A' },
} as const;

export function get(args: readonly string[], console: Console): ExitStatus {
  const read = readArguments(args, options);
  const [kind, name, extra] = read.words;
  if (kind === undefined) throw new UsageError('get needs a KIND, e.g. pods');
  if (extra !== undefined) throw new UsageError(`get takes no word "${extra}"`);
  const format = oneOf(read, 'output', ['text', 'wide', 'yaml', 'json'], '-o');
  const namespace = text(read, 'namespace');
  const where = { allNamespaces: flag(read, 'all-namespaces'), ...(namespace === undefined ? {} : { namespace }) };
  const simulation = simulate(readInput(read, console));
  const listed = getObjects(simulation.state, kind, where);
  if (listed === undefined) throw new UsageError(`get knows no kind "${kind}"`);
  const objects = listed.filter((resource) => name === undefined || resource.reference.name === name);
  if (name !== undefined && objects.length === 0) throw new UsageError(`${kind} "${name}" not found`);
  for (const diagnostic of simulation.diagnostics) console.error(diagnosticLine(diagnostic));
  const values = objects.map((resource) => resource.object);
  const document = name !== undefined && values.length === 1 ? values[0] : { apiVersion: 'v1', kind: 'List', items: values };
  switch (format) {
    case 'json':
      console.out(json(document));
      break;
    case 'yaml':
      console.out(printYaml(document));
      break;
    case 'text':
    case 'wide':
      console.out(`${rowsOf(getTable(simulation.state, kind, { ...where, wide: format === 'wide' }), name, where.allNamespaces)}\n`);
      break;
  }
  return simulation.diagnostics.some((diagnostic) => diagnostic.severity === 'error') ? 1 : 0;
}

/** The table's header and, with a name, only that object's row; the columns keep the widths of the whole table. */
function rowsOf(table: string, name: string | undefined, allNamespaces: boolean): string {
  if (name === undefined) return table;
  const [header = '', ...rows] = table.split('\n');
  return [header, ...rows.filter((row) => row.split(/\s+/)[allNamespaces ? 1 : 0] === name)].join('\n');
}
