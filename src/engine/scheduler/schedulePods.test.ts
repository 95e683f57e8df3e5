/** The scheduler: who goes where, and the sentence for those who go nowhere. */
import { describe, expect, it } from 'vitest';
import type { KindTypes } from '../api/resource.ts';
import { makeResource } from '../api/resourceList.ts';
import type { NodeState } from '../clusterState.ts';
import type { SchedulingRequest } from './profile.ts';
import { parseQuantity } from './quantity.ts';
import type { PodSpec } from './requests.ts';
import { type Placement, schedulePods } from './schedulePods.ts';

interface NodeShape {
  readonly labels?: Record<string, string>;
  readonly spec?: KindTypes['Node']['spec'];
  readonly allocatable?: Record<string, string>;
}

function node(name: string, { labels = {}, spec = {}, allocatable }: NodeShape = {}): NodeState {
  const all = { 'kubernetes.io/hostname': name, ...labels };
  const resource = makeResource(
    'Node',
    { apiVersion: 'v1', kind: 'Node', name },
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: all },
      spec,
      ...(allocatable === undefined ? {} : { status: { allocatable } }),
    },
    'declared',
  );
  return { name, resource, addresses: [], externalAddresses: [], labels: all, ready: true, podCidrs: [] };
}

const container = (requests?: Record<string, string>): PodSpec['containers'][number] => ({
  name: 'app',
  image: 'app',
  ...(requests === undefined ? {} : { resources: { requests } }),
});

function pod(name: string, more: Partial<SchedulingRequest> & { readonly requests?: Record<string, string> } = {}): SchedulingRequest {
  const { requests, spec, ...rest } = more;
  return { key: name, namespace: 'default', labels: {}, templateKey: name, ...rest, spec: { containers: [container(requests)], ...spec } };
}

const replicas = (count: number, more: Parameters<typeof pod>[1] = {}): SchedulingRequest[] =>
  Array.from({ length: count }, (_, index) => pod(`web-${index}`, { labels: { app: 'web' }, templateKey: 'web', ...more }));

const schedule = (nodes: readonly NodeState[], pods: readonly SchedulingRequest[], grouped = true) =>
  schedulePods({
    nodes,
    pods,
    namespaceLabels: new Map([['default', {}]]),
    grouping: grouped ? [{ namespace: 'default', selector: { matchLabels: { app: 'web' } } }] : [],
  });

const where = (placement: Placement | undefined): string | undefined => (placement?.kind === 'bound' ? placement.node : placement?.kind);
const nodesOf = (placements: ReadonlyMap<string, Placement>): (string | undefined)[] => [...placements.values()].map(where);
const sentence = (placement: Placement | undefined): string => (placement?.kind === 'pending' ? placement.message : '');

const controlPlane = node('control', { spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } });
const small = { cpu: '1', memory: '1Gi', pods: '110' };

describe('FailedScheduling', () => {
  const two = [node('a', { allocatable: small }), node('b', { allocatable: small })];
  it.each<[string, readonly NodeState[], SchedulingRequest, string]>([
    [
      'a taint, and CPU that no node has',
      [...two, controlPlane],
      pod('x', { requests: { cpu: '2' } }),
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    ],
    [
      'CPU and memory at once, each counted',
      two,
      pod('x', { requests: { cpu: '2', memory: '4Gi' } }),
      '0/2 nodes are available: 2 Insufficient cpu, 2 Insufficient memory. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.',
    ],
    [
      'a label that no node bears',
      two,
      pod('x', { spec: { containers: [container()], nodeSelector: { disk: 'ssd' } } }),
      "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
    ],
    [
      'a cordoned node',
      [node('a', { spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] } })],
      pod('x'),
      '0/1 nodes are available: 1 node(s) were unschedulable. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    ],
    [
      'a policy that never preempts',
      [controlPlane],
      pod('x', { spec: { containers: [container()], preemptionPolicy: 'Never' } }),
      '0/1 nodes are available: 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.',
    ],
    [
      'a DaemonSet Pod whose node is full',
      [node('a', { allocatable: { ...small, pods: '0' } }), node('b')],
      pod('x', { targetNode: 'a' }),
      "0/2 nodes are available: 1 Too many pods, 1 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    ],
    ['no nodes', [], pod('x'), 'no nodes available to schedule pods'],
  ])('%s', (_, nodes, request, text) => {
    expect(sentence(schedule(nodes, [request]).get('x'))).toBe(text);
  });

  it('counts nodes that others fill as open to preemption', () => {
    const placements = schedule([...two, controlPlane], replicas(3, { requests: { cpu: '800m' } }));
    expect(nodesOf(placements)).toEqual(['a', 'b', 'pending']);
    expect(sentence(placements.get('web-2'))).toBe(
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
    );
  });

  it.each<[string, PodSpec, string]>([
    [
      'host ports',
      { containers: [{ ...container(), ports: [{ containerPort: 80, hostPort: 80 }] }] },
      "1 node(s) didn't have free ports for the requested pod ports",
    ],
    [
      'anti-affinity',
      {
        containers: [container()],
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
            ],
          },
        },
      },
      "1 node(s) didn't match pod anti-affinity rules",
    ],
    [
      'topology spread over a zone that the node lacks',
      {
        containers: [container()],
        topologySpreadConstraints: [
          {
            topologyKey: 'topology.kubernetes.io/zone',
            maxSkew: 1,
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector: { matchLabels: { app: 'web' } },
          },
        ],
      },
      "1 node(s) didn't match pod topology spread constraints (missing required label)",
    ],
  ])('names %s', (_, spec, reason) => {
    expect(sentence(schedule([node('a')], replicas(2, { spec })).get('web-1'))).toContain(`0/1 nodes are available: ${reason}. `);
  });
});

describe('placement', () => {
  it('spreads replicas over the nodes and leaves the tainted one', () => {
    expect(nodesOf(schedule([node('a'), node('b'), controlPlane], replicas(4)))).toEqual(['a', 'b', 'a', 'b']);
  });

  it('spreads Pods that nothing groups by what is free', () => {
    expect(nodesOf(schedule([node('a'), node('b')], [pod('x'), pod('y'), pod('z')], false))).toEqual(['a', 'b', 'a']);
  });

  it('balances zones under a hard constraint', () => {
    const zone = (name: string, value: string) => node(name, { labels: { 'topology.kubernetes.io/zone': value } });
    const spec: PodSpec = {
      containers: [container()],
      topologySpreadConstraints: [
        {
          topologyKey: 'topology.kubernetes.io/zone',
          maxSkew: 1,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    };
    const placed = nodesOf(schedule([zone('a1', 'a'), zone('a2', 'a'), zone('b1', 'b')], replicas(4, { spec })));
    expect(placed.filter((name) => name === 'b1')).toHaveLength(2);
  });

  it('follows required affinity, also to a Pod that is bound later', () => {
    const spec: PodSpec = {
      containers: [container()],
      affinity: {
        podAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'db' } } },
          ],
        },
      },
    };
    const placements = schedule(
      [node('a'), node('b')],
      [pod('front', { spec }), pod('db', { labels: { app: 'db' }, boundNode: undefined })],
    );
    expect(where(placements.get('front'))).toBe(where(placements.get('db')));
  });

  it('keeps others away from a Pod whose anti-affinity means them', () => {
    const lonely: PodSpec = {
      containers: [container()],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
          ],
        },
      },
    };
    const placements = schedule([node('a'), node('b')], [pod('lonely', { spec: lonely }), ...replicas(2)]);
    expect(nodesOf(placements)).toEqual(['a', 'b', 'b']);
    expect(sentence(schedule([node('a')], [pod('lonely', { spec: lonely }), ...replicas(1)]).get('web-0'))).toContain(
      "1 node(s) didn't satisfy existing pods anti-affinity rules",
    );
  });

  it('honours preferred node affinity and PreferNoSchedule', () => {
    const spec: PodSpec = {
      containers: [container()],
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
          ],
        },
      },
    };
    expect(nodesOf(schedule([node('a'), node('b', { labels: { disk: 'ssd' } })], [pod('x', { spec })]))).toEqual(['b']);
    expect(nodesOf(schedule([node('a', { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } }), node('b')], [pod('x')]))).toEqual(
      ['b'],
    );
  });

  it('binds where the text says without asking, and counts what is used there', () => {
    const full = node('a', { allocatable: { ...small, pods: '1' } });
    const placements = schedule([full, node('b')], [pod('x'), pod('bound', { boundNode: 'a' })], false);
    expect(nodesOf(placements).sort()).toEqual(['a', 'b']);
    expect(where(placements.get('bound'))).toBe('a');
    expect(where(schedule([full], [pod('x', { boundNode: 'gone' })]).get('x'))).toBe('pending');
  });

  it('keeps a running Pod on its node against its constraints between Pods, but not against a taint', () => {
    const spec: PodSpec = {
      containers: [container()],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
          ],
        },
      },
    };
    expect(nodesOf(schedule([node('a'), node('b')], replicas(2, { spec, keptNode: 'b' })))).toEqual(['b', 'b']);
    expect(nodesOf(schedule([node('a'), controlPlane], [pod('x', { keptNode: 'control' })]))).toEqual(['a']);
  });

  it('holds back the ordered successors of a Pod without a node', () => {
    const placements = schedule(
      [node('a', { allocatable: small })],
      [pod('db-0', { requests: { cpu: '2' } }), pod('db-1', { after: 'db-0' }), pod('db-2', { after: 'db-1' })],
    );
    expect(nodesOf(placements)).toEqual(['pending', 'notCreated', 'notCreated']);
  });

  it('leaves a gated Pod alone', () => {
    const placements = schedule([node('a')], [pod('x', { spec: { containers: [container()], schedulingGates: [{ name: 'wait' }] } })]);
    expect(placements.get('x')).toMatchObject({ kind: 'pending', reason: 'SchedulingGated' });
  });
});

describe('quantities', () => {
  it.each([
    ['250m', 0.25],
    ['1.5', 1.5],
    ['128Mi', 134_217_728],
    ['1e3', 1000],
    ['2k', 2000],
    [3, 3],
    ['1Ei', 2 ** 60],
    ['five', undefined],
    ['', undefined],
  ])('reads %j as %j', (text, amount) => {
    expect(parseQuantity(text)).toBe(amount);
  });
});
