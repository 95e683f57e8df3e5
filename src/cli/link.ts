/** `link`: a share link that opens the input in exactly this state, and what a link holds. */
import { emptyLedger, type ScenarioRequest, type Simulation, simulate } from '../engine/index.ts';
import { decodeShare, encodeShare } from '../share/codec.ts';
import { inputOptions, oneOf, readArguments, text } from './arguments.ts';
import { readInput } from './inputFiles.ts';
import { type Console, type ExitStatus, json, UsageError } from './output.ts';
import { diagnosticLine, sentence } from './words.ts';

/** Where `npm start` serves the page. */
const defaultBase = 'http://localhost:4173/';

export function link(args: readonly string[], console: Console): ExitStatus {
  const read = readArguments(args, { ...inputOptions, decode: { type: 'string' }, base: { type: 'string' } });
  if (read.words.length > 0) throw new UsageError(`link takes no word "${read.words[0]}"`);
  const format = oneOf(read, 'output', ['text', 'json'], '-o');
  const coded = text(read, 'decode');
  if (coded !== undefined) return decode(coded, format, console);
  const simulation = simulate(readInput(read, console));
  const url = `${(text(read, 'base') ?? defaultBase).replace(/#.*$/, '')}${encodeShare(stateOf(simulation))}`;
  for (const diagnostic of simulation.diagnostics) console.error(diagnosticLine(diagnostic));
  console.out(format === 'json' ? json({ url }) : `${url}\n`);
  return simulation.diagnostics.some((diagnostic) => diagnostic.severity === 'error') ? 1 : 0;
}

/** The input, whose assignments follow from the text alone, and the Scenario's first request, at its beginning. */
function stateOf(simulation: Simulation): Parameters<typeof encodeShare>[0] {
  const request: ScenarioRequest | undefined = simulation.scenarios[0]?.spec.requests[0];
  return {
    files: simulation.files,
    ledger: emptyLedger,
    scenario: null,
    request:
      request === undefined
        ? null
        : { from: request.from, to: request.to, probe: probeOf(request), wish: { kind: request.show ?? 'first' }, serviceUpstream: false },
    position: { leg: 0, step: 0 },
    view: { activeFile: simulation.files[0]?.name ?? '', thing: null, expanded: {} },
  };
}

function probeOf({ show: _show, ...probe }: ScenarioRequest): Omit<ScenarioRequest, 'show'> {
  return probe;
}

function decode(coded: string, format: 'text' | 'json', console: Console): ExitStatus {
  const state = decodeShare(coded);
  if (!state.ok) throw new UsageError(sentence(state.error));
  if (format === 'json') {
    console.out(json(state.value));
    return 0;
  }
  // The documents as one stream; a file's text stays as it was written.
  console.out(state.value.files.map((file) => (file.text.endsWith('\n') ? file.text : `${file.text}\n`)).join('---\n'));
  return 0;
}
