/**
 * What `kubectl get KIND` prints (pkg/printers/internalversion/printers.go, cli-runtime's table printer): columns, texts, three spaces
 * between. There is no clock, so AGE is what kubectl prints for a missing creationTimestamp. Of `-o` only `wide` is here.
 */
import type { Resource } from '../api/resource.ts';
import { isKind } from '../api/resourceList.ts';
import type { ClusterState } from '../clusterState.ts';
import { daemonSets, deployments, endpoints, ippools, namespaces, replicaSets, statefulSets } from './kubectlColumns.ts';
import { ingressClasses, ingresses, nodes, pods, services, slices } from './kubectlNetworkColumns.ts';
import type { KindTable } from './kubectlTable.ts';

export interface GetOptions {
  /** "default" when absent; without effect for cluster-scoped kinds. */
  readonly namespace?: string;
  /** As -A: every namespace, with a column that names it. */
  readonly allNamespaces?: boolean;
  readonly wide?: boolean;
}

/** The kinds that `get` knows, by every word kubectl accepts for them. */
const tables: readonly { readonly words: readonly string[]; readonly table: KindTable }[] = [
  { words: ['pods', 'pod', 'po'], table: pods },
  { words: ['services', 'service', 'svc'], table: services },
  { words: ['endpointslices', 'endpointslice'], table: slices },
  { words: ['endpoints', 'ep'], table: endpoints },
  { words: ['nodes', 'node', 'no'], table: nodes },
  { words: ['deployments', 'deployment', 'deploy'], table: deployments },
  { words: ['replicasets', 'replicaset', 'rs'], table: replicaSets },
  { words: ['statefulsets', 'statefulset', 'sts'], table: statefulSets },
  { words: ['daemonsets', 'daemonset', 'ds'], table: daemonSets },
  { words: ['ingresses', 'ingress', 'ing'], table: ingresses },
  { words: ['ingressclasses', 'ingressclass'], table: ingressClasses },
  { words: ['namespaces', 'namespace', 'ns'], table: namespaces },
  { words: ['ippools', 'ippool'], table: ippools },
];

/** The table of a kind's word; "deployments.apps" and "Pods" are accepted as kubectl accepts them. */
export function tableOf(word: string): KindTable | undefined {
  const plain = word.toLowerCase().split('.')[0] ?? '';
  return tables.find(({ words }) => words.includes(plain))?.table;
}

/** The objects that `get` of this word lists, in its order; undefined for an unknown word. For `-o yaml` and `-o json`. */
export function getObjects(state: ClusterState, word: string, options: GetOptions = {}): readonly Resource[] | undefined {
  const table = tableOf(word);
  if (table === undefined) return undefined;
  return state.resources.filter(isKind(table.kind)).filter((resource) => isListed(resource, table, options));
}

function isListed(resource: Resource, table: KindTable, { namespace, allNamespaces }: GetOptions): boolean {
  return !table.namespaced || allNamespaces === true || resource.reference.namespace === (namespace ?? 'default');
}

/** The text on standard output, without the final line break; kubectl's error or "No resources found" sentence where there is no table. */
export function getTable(state: ClusterState, word: string, options: GetOptions = {}): string {
  const table = tableOf(word);
  if (table === undefined) return `error: the server doesn't have a resource type "${word}"`;
  const rows = table.rows(state, options.wide === true).filter(({ resource }) => isListed(resource, table, options));
  if (rows.length === 0) {
    const scope = table.namespaced && options.allNamespaces !== true ? ` in ${options.namespace ?? 'default'} namespace` : '';
    return `No resources found${scope}${scope === '' ? '' : '.'}`;
  }
  const withNamespace = table.namespaced && options.allNamespaces === true;
  const header = [...(withNamespace ? ['NAMESPACE'] : []), ...table.columns, ...(options.wide === true ? table.wideColumns : [])];
  const lines = rows.map(({ resource, cells }) => [...(withNamespace ? [resource.reference.namespace ?? ''] : []), ...cells]);
  return align([header, ...lines]);
}

/** Columns padded to their widest cell and three spaces; nothing after the last one. */
function align(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => line.map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + 3))).join(''))
    .join('\n');
}
