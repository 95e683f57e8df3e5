/** Hand-written Endpoints: what is mirrored, what is not, and that requests reach them. */
import { describe, expect, it, test } from 'vitest';
import { runRequest } from '../exchange/runRequest.ts';
import { simulate } from '../simulation.ts';
import { convergeText } from '../testing/clusterText.ts';
import { emptyKernelState } from '../trace/kernelState.ts';

const service = (name: string, more = ''): string => `---
{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {ports: [{port: 5432}]${more}}}
`;
const endpoints = (name: string, metadata = '', subsets = '[{addresses: [{ip: 192.0.2.50}], ports: [{port: 5432}]}]'): string => `---
{apiVersion: v1, kind: Endpoints, metadata: {name: ${name}${metadata}}, subsets: ${subsets}}
`;
const slicesOf = (text: string, name: string) =>
  convergeText(text)
    .state.endpointSlices.filter((slice) => slice.service === name)
    .map(({ resource }) => resource.object);
const codes = (text: string): readonly string[] => convergeText(text).diagnostics.map(({ message }) => message.code);

describe('Endpoints of a Service without a selector', () => {
  it('become a slice per subset and family, with what the mirroring controller writes', () => {
    const subsets =
      '[{addresses: [{ip: 192.0.2.50, nodeName: kind-worker}, {ip: "2001:db8::5"}], notReadyAddresses: [{ip: 192.0.2.51}], ports: [{port: 5432}]},' +
      ' {addresses: [{ip: 192.0.2.60}], ports: [{port: 6432}]}]';
    const found = slicesOf(service('db') + endpoints('db', ', labels: {tier: data}', subsets), 'db');
    expect(
      found.map((slice) => [slice.addressType, slice.ports, slice.endpoints?.map(({ addresses, conditions }) => [addresses, conditions])]),
    ).toEqual([
      [
        'IPv4',
        [{ name: '', port: 5432, protocol: 'TCP' }],
        [
          [['192.0.2.50'], { ready: true }],
          [['192.0.2.51'], { ready: false }],
        ],
      ],
      ['IPv6', [{ name: '', port: 5432, protocol: 'TCP' }], [[['2001:db8::5'], { ready: true }]]],
      ['IPv4', [{ name: '', port: 6432, protocol: 'TCP' }], [[['192.0.2.60'], { ready: true }]]],
    ]);
    expect(found[0]?.endpoints?.[0]?.nodeName).toBe('kind-worker');
    expect(found[0]?.metadata?.labels).toEqual({
      tier: 'data',
      'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
      'kubernetes.io/service-name': 'db',
    });
  });

  it('take the request out of the cluster', () => {
    const client = '---\n{apiVersion: v1, kind: Pod, metadata: {name: client}, spec: {containers: [{name: a, image: a}]}}\n';
    const simulation = simulate([{ name: 'test.yaml', text: client + service('db') + endpoints('db') }]);
    expect(simulation.diagnostics).toEqual([]);
    const [branch] = runRequest(simulation, emptyKernelState, { from: 'pod/default/client', to: 'db:5432' }).result.branches;
    expect(branch).toMatchObject({ disposition: 'exitsCluster', deliveredTo: { ip: '192.0.2.50', port: 5432 } });
  });
});

describe('Endpoints that are not mirrored', () => {
  const byHand =
    '---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}, addressType: IPv4, endpoints: [], ports: []}\n';
  test.each([
    ['no Service of that name', endpoints('db'), 0],
    ['the label to skip them', service('db') + endpoints('db', ', labels: {endpointslice.kubernetes.io/skip-mirror: "true"}'), 0],
    ['a leader election', service('db') + endpoints('db', ', annotations: {control-plane.alpha.kubernetes.io/leader: "{}"}'), 0],
    ['a slice in the text already', service('db') + endpoints('db') + byHand, 1],
  ])('%s', (_name, text, count) => {
    expect(slicesOf(text, 'db')).toHaveLength(count);
    expect(codes(text)).toEqual([]);
  });

  it('a selector: said where they were written by hand, silent in a dump', () => {
    const selecting = service('db', ', selector: {app: db}');
    expect(codes(selecting + endpoints('db'))).toContain('controlplane.endpoints.selector');
    expect(codes(selecting + endpoints('db', ', uid: abc'))).not.toContain('controlplane.endpoints.selector');
  });
});
