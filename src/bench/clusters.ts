/**
 * Clusters of any size for the browser's benchmarks: manifests through the engine, and out of it the plain models that the worker would send.
 * Every node stands open, so that each Pod is drawn by itself.
 */
import { emptyKernelState, runRequest, simulate } from '../engine/index.ts';
import { buildRequest, buildTopology } from '../view/index.ts';
import type { RequestModel, TopologyModel } from '../view/model.ts';
import type { StageSettings } from '../view/scene.ts';

export interface ClusterPicture {
  readonly topology: TopologyModel;
  readonly request: RequestModel;
  readonly stage: StageSettings;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
}

export const stageSize = { width: 1_000, height: 640 } as const;
const podsPerNode = 10;

const nodeDocument = (index: number): string => `apiVersion: v1
kind: Node
metadata:
  name: worker-${String(index).padStart(3, '0')}
status:
  addresses:
    - type: InternalIP
      address: 172.18.${Math.floor(index / 250)}.${2 + (index % 250)}
`;

const podName = (index: number): string => `web-${String(index).padStart(4, '0')}`;

/** Consecutive Pods are on different nodes: the walk from the first to the second crosses the wire. */
const podDocument = (index: number, nodes: number): string => `apiVersion: v1
kind: Pod
metadata:
  name: ${podName(index)}
spec:
  nodeName: worker-${String(index % nodes).padStart(3, '0')}
  containers:
    - name: web
      image: registry.example.com/web:1.0
      ports:
        - containerPort: 8080
`;

/** A cluster with so many Pods of its own, ten a node, and the walk from its first Pod to its second. Throws when the engine has an error to report. */
export function clusterOf(pods: number): ClusterPicture {
  const nodes = Math.max(2, Math.ceil(pods / podsPerNode));
  const documents = [
    ...Array.from({ length: nodes }, (_, index) => nodeDocument(index)),
    ...Array.from({ length: pods }, (_, index) => podDocument(index, nodes)),
  ];
  const simulation = simulate([{ name: 'cluster.yaml', text: documents.join('---\n') }]);
  const fault = simulation.diagnostics.find(({ severity }) => severity === 'error');
  if (fault !== undefined) throw new Error(`the benchmark's cluster has an error: ${fault.message.code}`);
  const probe = { from: `pod/default/${podName(0)}`, to: `pod/default/${podName(1)}:8080` };
  const { result } = runRequest(simulation, emptyKernelState, probe);
  const topology = buildTopology(simulation, 1);
  const request = buildRequest(simulation, result, 0);
  if (!request.shown.succeeded) throw new Error("the benchmark's request is not answered");
  return { topology, request, stage: { ...stageSize, expanded: Object.fromEntries(topology.nodes.map(({ id }) => [id, true])), tidy: 0 } };
}

/** The picture as a plain graph: what a drawing tool without knowledge of networks is given. */
export function graphOf(topology: TopologyModel): { readonly things: ReadonlyMap<string, string>; readonly edges: readonly Edge[] } {
  const things = new Map<string, string>();
  for (const { id, addresses } of topology.outside) things.set(id, [id, ...addresses].join(' '));
  for (const { id, cidr } of topology.segments) things.set(id, `${id} ${cidr}`);
  for (const { id, addresses, pods } of topology.nodes) {
    things.set(id, [id, ...addresses].join(' '));
    for (const pod of pods) things.set(pod.id, [pod.name, ...pod.addresses].join(' '));
  }
  const thingOf = (port: string): string => port.slice(0, port.lastIndexOf(' '));
  const edges = topology.links.map(({ from, to }) => ({ from: thingOf(from), to: thingOf(to) }));
  const loose = edges.find(({ from, to }) => !things.has(from) || !things.has(to));
  if (loose !== undefined) throw new Error(`a link of the picture ends nowhere: ${loose.from} to ${loose.to}`);
  return { things, edges };
}
