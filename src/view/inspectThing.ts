/** Everything the inspector says of a thing: its line in `kubectl get -o wide`, and what its network namespace holds in native text. */
import {
  getTable,
  type Listener,
  type NetworkNamespace,
  namespacedName,
  renderFdb,
  renderInterfaces,
  renderIpset,
  renderIptablesSave,
  renderNeighbours,
  renderRoutes,
  type Simulation,
} from '../engine/index.ts';
import { message } from '../shared/message.ts';
import type { Cause, ThingDetail } from './model.ts';
import { causeOfResource, displayName } from './names.ts';

/** The detail of a node, Pod or outside thing by the id of its network namespace, or of a Pod that has none; null for an unknown id. */
export function inspectThing(simulation: Simulation, id: string): ThingDetail | null {
  const { state, cluster } = simulation;
  const namespace = cluster.namespaces.get(id);
  const pod = state.pods.find((candidate) => namespacedName(candidate) === id);
  const node = state.nodes.find((candidate) => candidate.name === id);
  if (namespace === undefined && pod === undefined && node === undefined) return null;
  const resource = pod?.resource ?? node?.resource;
  const cause: Cause | null = resource === undefined ? null : causeOfResource(resource);
  const kubectl =
    pod !== undefined
      ? onlyRow(getTable(state, 'pods', { namespace: pod.namespace, wide: true }), pod.name)
      : node !== undefined
        ? onlyRow(getTable(state, 'nodes', { wide: true }), node.name)
        : '';
  return { id, title: displayName(id), kubectl, sections: namespace === undefined ? [] : sectionsOf(namespace), cause };
}

/** The header of a table and the row that begins with a name. */
function onlyRow(table: string, name: string): string {
  const [header = '', ...rows] = table.split('\n');
  return [header, ...rows.filter((row) => row.split(/\s+/)[0] === name)].join('\n');
}

function sectionsOf(namespace: NetworkNamespace): ThingDetail['sections'] {
  const netfilter = namespace.netfilter();
  const sections: readonly (readonly [string, string])[] = [
    ['interfaces', renderInterfaces(namespace)],
    ['routes', renderRoutes(namespace.routing(), 'ipv4')],
    ['neighbours', renderNeighbours(namespace)],
    ['fdb', renderFdb(namespace)],
    ['listeners', namespace.listeners.map(listenerLine).join('\n')],
    ['iptables', renderIptablesSave(netfilter, 'ipv4')],
    ['ipsets', [...netfilter.sets.values()].map((set) => renderIpset(set)).join('\n')],
  ];
  return sections
    .filter(([, text]) => text.trim() !== '')
    .map(([key, text]) => ({ title: message(`view.thing.section.${key}`), text: text.trimEnd() }));
}

/** As `ss -lnt` words a listening socket, with its process. */
const listenerLine = (listener: Listener): string =>
  `${listener.protocol} LISTEN ${listener.address ?? '0.0.0.0'}:${listener.port} ${listener.process}`;
