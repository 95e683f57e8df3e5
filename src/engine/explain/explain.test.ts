/** Why a request failed, and the very text that is to blame. */
import { describe, expect, test } from 'vitest';
import type { Probe } from '../exchange/probe.ts';
import { runRequest } from '../exchange/runRequest.ts';
import { simulate } from '../simulation.ts';
import { emptyKernelState } from '../trace/kernelState.ts';

const client = `
---
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: shell, image: i}]}
`;
const pod = (name: string, labels: string, more = ''): string => `
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {${labels}}}
spec: {nodeName: kind-worker2, containers: [{name: main, image: i, ports: [{containerPort: 8080}]}]}
${more}`;
const service = (spec: string): string => `
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {${spec}}
`;

/** The reason's code and parameters, and the text that its origin points at. */
function reasonOf(text: string, probe: Probe) {
  const simulation = simulate([{ name: 'test.yaml', text }]);
  expect(simulation.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
  const reason = runRequest(simulation, emptyKernelState, probe).result.branches[0]?.reason;
  const range = reason?.origin?.range;
  return {
    code: reason?.message.code.replace('exchange.reason.', ''),
    params: reason?.message.params,
    blamed: range === undefined ? undefined : text.slice(range.start, range.end),
  };
}

const toService = { from: 'pod/default/client', to: 'service/default/web:80' };

describe('a Service that nobody answers for', () => {
  test('its selector matches nothing: the nearest spelling is named', () => {
    const text =
      client + pod('other', 'app: db') + pod('near', 'app: webb, tier: front') + service('selector: {app: web}, ports: [{port: 80}]');
    const { code, params, blamed } = reasonOf(text, toService);
    expect(code).toBe('selectorMatchesNothingClosest');
    expect(params).toEqual({ service: 'default/web', selector: 'app=web', pod: 'near', labels: 'app=webb, tier=front' });
    expect(blamed).toContain('{app: web}');
  });

  test('no Pod shares a label', () => {
    expect(reasonOf(client + service('selector: {app: web}, ports: [{port: 80}]'), toService).code).toBe('selectorMatchesNothing');
  });

  test('the Pods are not ready', () => {
    const unready = 'status: {phase: Running, podIP: 10.244.110.140, conditions: [{type: Ready, status: "False"}]}\n';
    const { code, params } = reasonOf(
      client + pod('web', 'app: web', unready) + service('selector: {app: web}, ports: [{port: 80}]'),
      toService,
    );
    expect([code, params?.pod]).toEqual(['podsNotReady', 'default/web']);
  });

  test('no selector and no EndpointSlice', () => {
    expect(reasonOf(client + service('ports: [{port: 80}]'), toService).code).toBe('noSlice');
  });

  test('the target port’s name is in no Pod', () => {
    const text = client + pod('web', 'app: web') + service('selector: {app: web}, ports: [{port: 80, targetPort: http}]');
    const { code, blamed } = reasonOf(text, toService);
    expect([code, blamed]).toEqual(['targetPortUnknown', 'http']);
  });
});

test('a Pod whose labels have nothing in common with the selector is not called the closest', () => {
  const { code } = reasonOf(client + pod('other', 'app: payments') + service('selector: {app: web}, ports: [{port: 80}]'), toService);
  expect(code).toBe('selectorMatchesNothing');
});

describe('a Service that sends to the wrong place', () => {
  test('nobody listens on its target port', () => {
    const text = client + pod('web', 'app: web') + service('selector: {app: web}, ports: [{port: 80, targetPort: 9999}]');
    const { code, params, blamed } = reasonOf(text, toService);
    expect([code, params?.open, blamed]).toEqual(['targetPortClosed', '8080', '9999']);
  });

  test('of two Services with the same closed target port, the one that was called is blamed; a Pod called directly blames none', () => {
    const other = service('selector: {app: web}, ports: [{port: 99, targetPort: 9999}]').replace('name: web', 'name: another');
    const text = client + pod('web', 'app: web') + other + service('selector: {app: web}, ports: [{port: 80, targetPort: 9999}]');
    expect(reasonOf(text, toService).params?.service).toBe('default/web');
    expect(reasonOf(text, { from: 'pod/default/client', to: 'pod/default/web:9999' }).code).toBe('podPortClosed');
  });

  test('internalTrafficPolicy Local without an endpoint on the node', () => {
    const text =
      client +
      pod('web', 'app: web') +
      service('internalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]');
    const { code, params, blamed } = reasonOf(text, toService);
    expect([code, params?.policy, params?.node, blamed]).toEqual(['noLocalEndpoints', 'internalTrafficPolicy', 'kind-worker', 'Local']);
  });

  test('externalTrafficPolicy Local at a node without an endpoint', () => {
    const spec =
      'type: NodePort, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]';
    const { code, params } = reasonOf(client + pod('web', 'app: web') + service(spec), { from: 'external', to: 'node/kind-worker:30080' });
    expect([code, params?.policy]).toEqual(['noLocalEndpoints', 'externalTrafficPolicy']);
  });

  test('loadBalancerSourceRanges leave the client out', () => {
    const spec =
      'type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24], selector: {app: web}, ports: [{port: 80, targetPort: 8080}]';
    const { code, params, blamed } = reasonOf(client + pod('web', 'app: web') + service(spec), {
      from: 'external',
      to: 'service/default/web:80',
    });
    expect([code, params?.ranges, blamed]).toEqual(['sourceRanges', '192.0.2.0/24', '[192.0.2.0/24]']);
  });
});

describe('addresses that lead nowhere', () => {
  const text =
    client + pod('web', 'app: web') + service('clusterIP: 10.96.5.5, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]');
  test.each([
    ['a ClusterIP from outside', { from: 'external', to: '10.96.5.5:80' }, 'clusterIPUnrouted'],
    ['a port that the Service of a ClusterIP lacks', { from: 'pod/default/client', to: '10.96.5.5:81' }, 'clusterIPNoPort'],
    ['a ping to a ClusterIP', { from: 'pod/default/client', to: '10.96.5.5:80', protocol: 'ICMP' }, 'clusterIPNoPort'],
    ['a Pod from outside', { from: 'external', to: 'pod/default/web:8080' }, 'podUnrouted'],
    ['a port that no container declares', { from: 'pod/default/client', to: 'pod/default/web:81' }, 'podPortClosed'],
    ['a port of a node that nothing listens on', { from: 'pod/default/client', to: 'node/kind-worker:81' }, 'noListener'],
    ['an address of the node’s own block that nobody has', { from: 'pod/default/client', to: '10.244.162.180:80' }, 'blackhole'],
    ['an address of the node network that nobody has', { from: 'pod/default/client', to: '172.18.0.99:80' }, 'neighbour'],
  ] as const)('%s', (_name, probe, code) => expect(reasonOf(text, probe).code).toBe(code));
});

describe('the problem list', () => {
  test('a selector that matches nothing is a warning at its place, before any request', () => {
    const text = client + service('selector: {app: web}, ports: [{port: 80}]');
    const found = simulate([{ name: 'test.yaml', text }]).diagnostics.filter(({ message }) => message.code.startsWith('exchange.'));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ severity: 'warning', object: { kind: 'Service', name: 'web' }, field: '/spec/selector' });
    expect(text.slice(found[0]?.range?.start, found[0]?.range?.end)).toContain('app: web');
  });

  test('a healthy Service says nothing', () => {
    const text = client + pod('web', 'app: web') + service('selector: {app: web}, ports: [{port: 80, targetPort: 8080}]');
    expect(simulate([{ name: 'test.yaml', text }]).diagnostics).toEqual([]);
  });
});
