/** `show`: what one network namespace holds, in the native tool's own text. */
import {
  emptyKernelState,
  type KernelState,
  type NetworkNamespace,
  renderConntrack,
  renderFdb,
  renderInterfaces,
  renderIpset,
  renderIptablesSave,
  renderNeighbours,
  renderResolvConf,
  renderRoutes,
  resolvConfOf,
  runRequest,
  type Simulation,
  simulate,
} from '../engine/index.ts';
import { inputOptions, oneOf, readArguments, text } from './arguments.ts';
import { readInput, readText } from './inputFiles.ts';
import { type Console, type ExitStatus, json, UsageError } from './output.ts';
import { parseProbes } from './probes.ts';
import { diagnosticJson, diagnosticLine } from './words.ts';

type Show = (simulation: Simulation, namespace: NetworkNamespace, state: KernelState) => string;

const shown: Readonly<Record<string, Show>> = {
  interfaces: (_simulation, namespace) => renderInterfaces(namespace),
  routes: (_simulation, namespace) => renderRoutes(namespace.routing(), 'ipv4'),
  neighbours: (_simulation, namespace) => renderNeighbours(namespace),
  fdb: (_simulation, namespace) => renderFdb(namespace),
  iptables: (_simulation, namespace) => renderIptablesSave(namespace.netfilter(), 'ipv4'),
  ipsets: (_simulation, namespace) => [...namespace.netfilter().sets.values()].map((set) => renderIpset(set)).join('\n'),
  conntrack: (_simulation, namespace, state) => renderConntrack(state, namespace.id),
  'resolv.conf': (simulation, namespace) => resolvConf(simulation, namespace.id),
};

function resolvConf(simulation: Simulation, namespace: string): string {
  const found = resolvConfOf(simulation.state, simulation.cluster, namespace);
  if (found === undefined) throw new UsageError(`${namespace} is no node or Pod: it has no resolv.conf here`);
  return renderResolvConf(found);
}

const notModelled: ReadonlySet<string> = new Set(['nft', 'ipvs', 'bird']);

export function show(args: readonly string[], console: Console): ExitStatus {
  const read = readArguments(args, { ...inputOptions, probes: { type: 'string' } });
  const [name, what, extra] = read.words;
  if (name === undefined || what === undefined)
    throw new UsageError(`show needs NODE or NS/POD, and one of ${Object.keys(shown).join(', ')}`);
  if (extra !== undefined) throw new UsageError(`show takes no word "${extra}"`);
  if (notModelled.has(what)) throw new UsageError(`show ${what}: not modelled yet`);
  const print = shown[what];
  if (print === undefined) throw new UsageError(`show knows ${Object.keys(shown).join(', ')}; not "${what}"`);
  const format = oneOf(read, 'output', ['text', 'json'], '-o');
  const simulation = simulate(readInput(read, console));
  const namespace = simulation.cluster.namespaces.get(name.replace(/^(node|pod)\//, ''));
  if (namespace === undefined) throw new UsageError(`there is no node or running Pod "${name}"`);
  const content = print(simulation, namespace, stateAfter(simulation, text(read, 'probes')));
  if (format === 'json') {
    console.out(json({ networkNamespace: namespace.id, what, text: content, diagnostics: simulation.diagnostics.map(diagnosticJson) }));
  } else {
    for (const diagnostic of simulation.diagnostics) console.error(diagnosticLine(diagnostic));
    console.out(content === '' || content.endsWith('\n') ? content : `${content}\n`);
  }
  return simulation.diagnostics.some((diagnostic) => diagnostic.severity === 'error') ? 1 : 0;
}

/** What kernels remember after the probes of a file, one after the other; nothing without a file. */
function stateAfter(simulation: Simulation, file: string | undefined): KernelState {
  if (file === undefined) return emptyKernelState;
  return parseProbes(file, readText(file)).reduce<KernelState>(
    (state, probe, position) => runRequest(simulation, state, probe, { firstSourcePort: 40_000 + 16 * position }).state,
    emptyKernelState,
  );
}
