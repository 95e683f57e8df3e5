/** What each scenario promises: the fate of every request, with its probability, destination and what the client sees. */
import { describe, expect, test } from 'vitest';
import { emptyKernelState, type RequestBranch, runRequest, simulate } from '../engine/index.ts';
import { scenarios } from './index.ts';

/** "50 % delivered http 200 on kind-worker2": a Pod's generated name is left out. */
function fate(branch: RequestBranch): string {
  const where =
    branch.deliveredTo === null
      ? ''
      : ` at ${branch.deliveredTo.pod?.replace(/-[a-z0-9]+-[a-z0-9]{5}$/, '') ?? branch.deliveredTo.namespace}:${branch.deliveredTo.port}`;
  const http = branch.http === null ? '' : ` ${branch.http.status}`;
  const masquerade = branch.masqueraded ? ' masqueraded' : '';
  return `${Math.round(branch.probability * 100)} % ${branch.disposition} ${branch.clientSees}${http}${where}${masquerade}`;
}

const expected: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'ingress-to-pod': {
    'A browser asks for microservice1.com': [
      '50 % delivered http 200 at default/microservice1:4000',
      '50 % delivered http 200 at default/microservice1:4000',
    ],
    'A host that no rule names': ['100 % delivered http 404 at ingress-nginx/ingress-nginx-controller:80'],
  },
  'pod-to-pod': {
    'Across nodes': ['100 % delivered connected at default/web-far:80'],
    'On the same node': ['100 % delivered connected at default/web-near:80'],
    'Ping across nodes': ['100 % delivered connected at default/web-far:0'],
    'A port that nobody listens on': ['100 % noListener refused'],
  },
  'pod-to-pod-vxlan': {
    'Across nodes': ['100 % delivered connected at default/web-far:80'],
    'On the same node': ['100 % delivered connected at default/web-near:80'],
    'Ping across nodes': ['100 % delivered connected at default/web-far:0'],
    'A port that nobody listens on': ['100 % noListener refused'],
  },
  clusterip: {
    "By the Service's address": Array.from({ length: 3 }, () => '33 % delivered connected at default/web:8080'),
    'By its name': Array.from({ length: 3 }, () => '33 % delivered connected at default/web:8080'),
    'From a node, whose address is masqueraded': Array.from(
      { length: 3 },
      () => '33 % delivered connected at default/web:8080 masqueraded',
    ),
    'From outside, where nobody has a route to it': ['100 % noRoute unreachable'],
  },
  nodeport: {
    'To the node that runs no endpoint': ['100 % delivered connected at default/web:8080 masqueraded'],
    'To the node that runs it': ['100 % delivered connected at default/web:8080 masqueraded'],
    'externalTrafficPolicy Local, where it runs': ['100 % delivered connected at default/web:8080'],
    'externalTrafficPolicy Local, where it does not run': ['100 % dropped timeout'],
  },
  loadbalancer: {
    'Any node may get it': [
      '50 % delivered connected at default/web:8080 masqueraded',
      '50 % delivered connected at default/web:8080 masqueraded',
    ],
    "Only nodes with an endpoint, and the client's address is kept": ['100 % delivered connected at default/web:8080'],
    "A Pod dials the balancer's address and never leaves the cluster": ['100 % delivered connected at default/web:8080'],
  },
  externalname: {
    'An alias for a Service of another namespace': ['100 % delivered connected at data/postgres-0:5432'],
    'The same, by the Service itself': ['100 % delivered connected at data/postgres-0:5432'],
    "An alias for a name that this cluster's DNS does not know": ['100 % notResolved nxdomain'],
  },
  headless: {
    'Any of the Pods, by the Service': [
      '33 % delivered connected at default/db-0:15432',
      '33 % delivered connected at default/db-1:15432',
      '33 % delivered connected at default/db-2:15432',
    ],
    'One Pod by its own name': ['100 % delivered connected at default/db-1:15432'],
    "The Service's port is not the Pod's": ['33 % noListener refused', '33 % noListener refused', '33 % noListener refused'],
  },
  'no-endpoints': {
    'Connection refused': ['100 % rejected refused'],
    'Also by its name': ['100 % rejected refused'],
  },
};

describe.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s', (id, scenario) => {
  const simulation = simulate([{ name: 'manifest.yaml', text: scenario.text }]);
  const requests = simulation.scenarios[0]?.spec.requests ?? [];

  test('reads without an error, and its title is the menu’s', () => {
    expect(simulation.diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([]);
    expect(simulation.scenarios.map((document) => document.spec.title)).toEqual([scenario.title]);
    expect(requests.map((request) => request.name)).toEqual(Object.keys(expected[id] ?? {}));
  });

  test.each(requests.map((request) => [request.name ?? '', request] as const))('%s', (name, request) => {
    const { result } = runRequest(simulation, emptyKernelState, request);
    expect(result.branches.map(fate)).toEqual(expected[id]?.[name]);
    expect(result.branches.reduce((sum, branch) => sum + branch.probability, 0)).toBeCloseTo(1, 9);
  });
});

const devicesOf = (branch: RequestBranch | undefined): readonly string[] =>
  (branch?.connections ?? []).flatMap((connection) =>
    connection.legs.flatMap((leg) =>
      leg.trace.hops.flatMap((hop) => hop.steps.flatMap((step) => (step.kind === 'encapsulate' ? [step.interface] : []))),
    ),
  );

const run = (id: string, request: number) => {
  const scenario = scenarios.find((candidate) => candidate.id === id);
  const simulation = simulate([{ name: 'manifest.yaml', text: scenario?.text ?? '' }]);
  const probe = simulation.scenarios[0]?.spec.requests[request];
  if (probe === undefined) throw new Error(`no request ${request}`);
  return runRequest(simulation, emptyKernelState, probe).result;
};

describe('what the scenarios show', () => {
  test('one way of ingress-to-pod goes over the overlay to the other node', () => {
    const branches = run('ingress-to-pod', 0).branches;
    expect(branches.filter((branch) => devicesOf(branch).includes('vxlan.calico'))).toHaveLength(1);
  });

  test('ingress-to-pod shows four packets in the order in which they are sent', () => {
    const branch = run('ingress-to-pod', 0).branches[0];
    const shown = branch?.sequence.filter(({ connection, leg }) => branch.connections[connection]?.legs[leg]?.shown === true);
    expect(shown?.map(({ connection, leg }) => `${connection + 1} ${branch?.connections[connection]?.legs[leg]?.segment}`)).toEqual([
      '1 SYN',
      '2 SYN',
      '2 response',
      '1 response',
    ]);
  });

  test('CrossSubnet on one subnet needs no tunnel, vxlanMode Always does', () => {
    expect(devicesOf(run('pod-to-pod', 0).branches[0])).toEqual([]);
    expect(devicesOf(run('pod-to-pod-vxlan', 0).branches[0])).not.toEqual([]);
  });

  test('no-endpoints is explained by the selector, at its place in the text', () => {
    const reason = run('no-endpoints', 0).branches[0]?.reason;
    expect(reason?.message.code).toBe('exchange.reason.selectorMatchesNothingClosest');
    expect(reason?.message.params).toMatchObject({ service: 'default/web', selector: 'app=webserver', labels: 'app=web' });
    const text = scenarios.find((scenario) => scenario.id === 'no-endpoints')?.text ?? '';
    expect(text.slice(reason?.origin?.range?.start, reason?.origin?.range?.end)).toContain('app: webserver');
  });
});
