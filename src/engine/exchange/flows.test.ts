/**
 * kube-proxy's own packet-flow tests, walked end to end: each IPv4 set-up for iptables becomes documents, each flow becomes a probe, and the
 * walk must choose the same endpoints with the same probabilities, refuse or drop what kube-proxy does, and masquerade the same flows.
 */
import { describe, expect, test } from 'vitest';
import { simulate } from '../simulation.ts';
import { hasSharedData, sharedText } from '../testing/sharedData.ts';
import { emptyKernelState } from '../trace/kernelState.ts';
import type { Probe, RequestResult } from './probe.ts';
import { runRequest } from './runRequest.ts';

interface FlowSetup {
  readonly ipFamily: string;
  readonly masqueradeAll: boolean;
  readonly localDetector: { readonly cidr: string } | null;
  readonly localhostNodePorts: boolean;
  readonly nodePortAddresses: readonly string[] | null;
  readonly services: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly type: string;
    readonly clusterIP: string;
    readonly externalIPs?: readonly string[];
    readonly externalTrafficPolicy?: string;
    readonly internalTrafficPolicy?: string;
    readonly healthCheckNodePort?: number;
    readonly loadBalancerIngress?: readonly object[];
    readonly loadBalancerSourceRanges?: readonly string[];
    readonly ports: readonly { readonly port: number }[];
  }[];
  readonly endpointSlices: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly service: string;
    readonly addressType: string;
    readonly ports: readonly object[];
    readonly endpoints: readonly {
      readonly addresses: readonly string[];
      readonly nodeName?: string;
      readonly ready?: boolean;
      readonly serving?: boolean;
      readonly terminating?: boolean;
    }[];
  }[];
}

interface Flow {
  readonly name: string;
  readonly sourceIP: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly destIP: string;
  readonly destPort: number;
  readonly masq: boolean;
  readonly verdict: 'DNAT' | 'REJECT' | 'DROP' | 'ACCEPT' | 'NOMATCH';
  readonly endpoints: readonly string[];
}

interface FlowCase {
  readonly id: string;
  readonly backend: string;
  readonly test: string;
  readonly subtest: string | null;
  readonly setup: string | null;
  readonly localIPs: readonly string[];
  readonly flows: readonly Flow[];
}

const isPodAddress = (address: string): boolean => address.startsWith('10.');
const podName = (address: string): string => `source-${address.replaceAll('.', '-')}`;

/** The set-up as documents: what stands in it, and a Pod for every source that is a Pod's address. */
function documentsOf(setup: FlowSetup, { localIPs, flows }: FlowCase): string {
  const nodeNames = new Set(setup.endpointSlices.flatMap((slice) => slice.endpoints.flatMap((endpoint) => endpoint.nodeName ?? [])));
  nodeNames.delete('test-node');
  const nodeAddresses = localIPs.filter((address) => address.startsWith('192.168.'));
  const node = (name: string, addresses: readonly string[]) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) },
  });
  const sources = [...new Set(flows.map((flow) => flow.sourceIP).filter(isPodAddress))];
  const items = [
    {
      apiVersion: 'kubeadm.k8s.io/v1beta4',
      kind: 'ClusterConfiguration',
      networking: { podSubnet: '10.0.0.0/8', serviceSubnet: '172.30.0.0/16' },
    },
    {
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      mode: 'iptables',
      clusterCIDR: setup.localDetector?.cidr ?? '',
      iptables: { masqueradeAll: setup.masqueradeAll, localhostNodePorts: setup.localhostNodePorts },
      ...(setup.nodePortAddresses === null ? {} : { nodePortAddresses: setup.nodePortAddresses }),
    },
    node('test-node', nodeAddresses),
    ...[...nodeNames].map((name, index) => node(name, [`192.168.0.${100 + index}`])),
    ...[...new Set(setup.services.map((service) => service.namespace))].map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    })),
    ...setup.services.map((service) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace: service.namespace, name: service.name },
      spec: {
        type: service.type,
        clusterIP: service.clusterIP,
        ports: service.ports,
        ...(service.externalIPs === undefined ? {} : { externalIPs: service.externalIPs }),
        ...(service.externalTrafficPolicy === undefined ? {} : { externalTrafficPolicy: service.externalTrafficPolicy }),
        ...(service.internalTrafficPolicy === undefined ? {} : { internalTrafficPolicy: service.internalTrafficPolicy }),
        ...(service.healthCheckNodePort === undefined ? {} : { healthCheckNodePort: service.healthCheckNodePort }),
        ...(service.loadBalancerSourceRanges === undefined ? {} : { loadBalancerSourceRanges: service.loadBalancerSourceRanges }),
      },
      ...(service.loadBalancerIngress === undefined ? {} : { status: { loadBalancer: { ingress: service.loadBalancerIngress } } }),
    })),
    ...setup.endpointSlices.map((slice) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { namespace: slice.namespace, name: slice.name, labels: { 'kubernetes.io/service-name': slice.service } },
      addressType: slice.addressType,
      ports: slice.ports,
      endpoints: slice.endpoints.map(({ addresses, nodeName, ready, serving, terminating }) => ({
        addresses,
        ...(nodeName === undefined ? {} : { nodeName }),
        conditions: {
          ...(ready === undefined ? {} : { ready }),
          ...(serving === undefined ? {} : { serving }),
          ...(terminating === undefined ? {} : { terminating }),
        },
      })),
    })),
    ...sources.map((address) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'default', name: podName(address) },
      spec: { nodeName: 'test-node', containers: [{ name: 'shell', image: 'busybox' }] },
      status: { podIP: address, phase: 'Running' },
    })),
  ];
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

function probeOf(flow: Flow, localIPs: readonly string[]): Probe {
  const to = `${flow.destIP}:${flow.destPort}`;
  const { protocol, sourceIP } = flow;
  if (isPodAddress(sourceIP)) return { from: `pod/default/${podName(sourceIP)}`, to, protocol };
  if (localIPs.includes(sourceIP)) return { from: 'node/test-node', to, protocol, sourceIP };
  return { from: `external/${sourceIP}`, to, protocol, via: 'test-node' };
}

const dnatTargets = (result: RequestResult): readonly string[] => [
  ...new Set(result.branches.flatMap((branch) => branch.translations.filter((entry) => entry.kind === 'dnat').map((entry) => entry.to))),
];

describe.skipIf(!hasSharedData)('kube-proxy flows, IPv4 iptables (needs ../shared)', () => {
  const data: { readonly cases: readonly FlowCase[]; readonly setups: Readonly<Record<string, FlowSetup>> } = hasSharedData
    ? JSON.parse(sharedText('vectors/kube-proxy/flows.json'))
    : { cases: [], setups: {} };
  const cases = data.cases.flatMap((entry) => {
    const setup = data.setups[entry.setup ?? ''];
    return entry.backend === 'iptables' && setup?.ipFamily === 'IPv4' ? [{ entry, setup }] : [];
  });

  test('the set-ups are here', () => expect(cases.reduce((sum, { entry }) => sum + entry.flows.length, 0)).toBeGreaterThan(110));

  test.each(cases.map(({ entry, setup }) => [`${entry.id} ${entry.test} ${entry.subtest ?? ''}`, entry, setup] as const))(
    '%s',
    (_name, entry, setup) => {
      const simulation = simulate([{ name: 'flows.json', text: documentsOf(setup, entry) }]);
      expect(simulation.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
      for (const flow of entry.flows) {
        const { result } = runRequest(simulation, emptyKernelState, probeOf(flow, entry.localIPs));
        const label = `${flow.name}: ${flow.sourceIP} → ${flow.destIP}:${flow.destPort}`;
        expect(result.branches.reduce((sum, branch) => sum + branch.probability, 0)).toBeCloseTo(1, 9);
        const fates = [...new Set(result.branches.map((branch) => branch.disposition))];
        switch (flow.verdict) {
          case 'DNAT': {
            expect([label, dnatTargets(result).toSorted()]).toEqual([label, flow.endpoints.toSorted()]);
            expect([label, ...new Set(result.branches.map((branch) => branch.masqueraded))]).toEqual([label, flow.masq]);
            for (const branch of result.branches)
              expect([label, branch.probability]).toEqual([label, expect.closeTo(1 / flow.endpoints.length, 9)]);
            break;
          }
          case 'REJECT':
            expect([label, fates]).toEqual([label, ['rejected']]);
            expect([label, result.branches[0]?.clientSees]).toEqual([label, 'refused']);
            break;
          case 'DROP':
            expect([label, fates, result.branches[0]?.clientSees]).toEqual([label, ['dropped'], 'timeout']);
            break;
          case 'ACCEPT':
            expect([label, fates]).toEqual([label, ['delivered']]);
            break;
          case 'NOMATCH':
            expect([label, dnatTargets(result)]).toEqual([label, []]);
            break;
        }
      }
    },
  );
});
