/** `trace`: one request or a file of them, every branch, as JSON or as the same rows that the page's hop list shows. */
import {
  emptyKernelState,
  type Probe,
  type RequestOptions,
  type RequestRunResult,
  runRequest,
  type Simulation,
  simulate,
} from '../engine/index.ts';
import { branchLines, buildRequest } from '../view/index.ts';
import { flag, inputOptions, oneOf, readArguments, text } from './arguments.ts';
import { readInput, readText } from './inputFiles.ts';
import { type Console, type ExitStatus, json, UsageError } from './output.ts';
import { parseProbes, probeOfArguments } from './probes.ts';
import { resultJson } from './resultJson.ts';
import { diagnosticLine, sentence } from './words.ts';

const options = {
  ...inputOptions,
  from: { type: 'string' },
  to: { type: 'string' },
  protocol: { type: 'string' },
  via: { type: 'string' },
  host: { type: 'string' },
  method: { type: 'string' },
  header: { type: 'string', multiple: true },
  'source-ip': { type: 'string' },
  'source-port': { type: 'string' },
  probes: { type: 'string' },
  pick: { type: 'string' },
  detail: { type: 'string' },
  sequence: { type: 'boolean' },
  'service-upstream': { type: 'boolean' },
} as const;

export function trace(args: readonly string[], console: Console): ExitStatus {
  const read = readArguments(args, options);
  if (read.words.length > 0) throw new UsageError(`trace takes no word "${read.words[0]}"`);
  const format = oneOf(read, 'output', ['text', 'json'], '-o');
  const detail = oneOf(read, 'detail', ['hops', 'outcome', 'rules']);
  const file = text(read, 'probes');
  if (file !== undefined && (text(read, 'from') !== undefined || text(read, 'to') !== undefined)) {
    throw new UsageError('--probes stands instead of --from and --to');
  }
  const probes =
    file === undefined ? [probeOfArguments(read)] : parseProbes(file, file === '-' ? console.readStandardInput() : readText(file));
  const settings = { ...pickOption(text(read, 'pick')), serviceUpstream: flag(read, 'service-upstream') };
  const simulation = simulate(readInput(read, console));
  const results = runProbes(simulation, probes, settings, flag(read, 'sequence'));
  if (format === 'json') {
    const values = results.map(({ result }) => resultJson(simulation, result, simulation.diagnostics, detail));
    // One result for people to read, many for programs.
    console.out(file === undefined ? json(values[0]) : `${JSON.stringify(values)}\n`);
  } else {
    for (const diagnostic of simulation.diagnostics) console.error(diagnosticLine(diagnostic));
    for (const { result } of results) console.out(resultText(simulation, result, detail !== 'outcome'));
  }
  return simulation.diagnostics.some((diagnostic) => diagnostic.severity === 'error') ? 1 : 0;
}

function pickOption(pick: string | undefined): Pick<RequestOptions, 'seed'> {
  if (pick === undefined || pick === 'all') return {};
  const seed = Number(pick);
  if (!Number.isInteger(seed)) throw new UsageError(`--pick is "all" or a whole number as the seed, not "${pick}"`);
  return { seed };
}

/** Ports that one request may use for its connections, so that probes of a sequence never meet by chance. */
const portsPerProbe = 16;
const firstPort = 40_000;

/** Each from the same state, or in a sequence each with what the one before left in the kernels. */
function runProbes(
  simulation: Simulation,
  probes: readonly Probe[],
  settings: RequestOptions,
  sequence: boolean,
): readonly RequestRunResult[] {
  let state = emptyKernelState;
  return probes.map((probe, position) => {
    if (!sequence) return runRequest(simulation, emptyKernelState, probe, settings);
    const firstSourcePort = firstPort + ((position * portsPerProbe) % 20_000);
    const run = runRequest(simulation, state, probe, { ...settings, firstSourcePort });
    state = run.state;
    return run;
  });
}

function resultText(simulation: Simulation, result: RequestRunResult['result'], withHops: boolean): string {
  const { probe } = result;
  const title = `${probe.name === undefined ? '' : `${probe.name}: `}${probe.from} → ${probe.to}`;
  const branches = result.branches.flatMap((_branch, index) => {
    const model = buildRequest(simulation, result, index).shown;
    const percent = `${Number((model.probability * 100).toPrecision(3))} %`;
    const heading = `branch ${index + 1} of ${result.branches.length} (${percent}): ${model.disposition}, client sees ${model.clientSees}`;
    const rows = branchLines(withHops ? model : { ...model, legs: [] }, sentence);
    return [heading, ...rows.map((row) => `  ${row}`)];
  });
  const cut = result.complete ? [] : ['more branches than were walked: probabilities sum to less than 1'];
  const diagnostics = result.diagnostics.map(diagnosticLine);
  return [title, ...branches, ...cut, ...diagnostics, ''].join('\n');
}
