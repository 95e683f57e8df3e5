/** Felix's chains against the rulesets of v3.31, names and hashes included. */
import { describe, expect, it } from 'vitest';
import { assembleNetfilter } from '../../../netfilter/assemble.ts';
import { renderIptablesSave } from '../../../netfilter/render.ts';
import { clusterFixture } from '../../../testing/clusterFixture.ts';
import { hasSharedData, sharedText } from '../../../testing/sharedData.ts';
import { buildCluster } from '../../buildCluster.ts';
import { felixInput, renderFelix } from './felix.ts';
import type { FelixInput } from './felixInput.ts';
import { acceptMark } from './felixMarks.ts';
import { destinationPorts, type FelixChain, inSet, ipProtocol, setMark } from './felixRule.ts';
import { chainName, vethName, vtepMac } from './names.ts';

const modes = [
  ['vxlan', { vxlanMode: 'Always' }],
  ['none', { vxlanMode: 'Never' }],
  ['ipip', { vxlanMode: 'Never', ipipMode: 'Always' }],
] as const;

/** The golden files' one NetworkPolicy, as its chains were rendered: web accepts TCP 80 from client. */
const policyText = 'default/default/knp.default.web-allow-client';
const ingressChain = chainName('cali-pi-', policyText);
const policyChains: readonly FelixChain[] = [
  {
    name: ingressChain,
    rules: [
      {
        matches: [ipProtocol('tcp'), inSet('cali40s:g_TM4cHGncRYRKupcms5_3m', 'src'), destinationPorts(80)],
        action: setMark(acceptMark),
        comment: 'Policy default/knp.default.web-allow-client ingress',
      },
    ],
  },
  {
    name: chainName('cali-po-', policyText),
    rules: [{ matches: [], action: null, comment: 'Policy default/knp.default.web-allow-client egress' }],
  },
];

function scenario(pool: (typeof modes)[number][1]): FelixInput {
  const state = clusterFixture({
    pool,
    pods: [
      { name: 'client', node: 'kind-worker' },
      { name: 'web', node: 'kind-worker' },
    ],
  });
  const [node] = state.nodes;
  const interfaces = buildCluster(state).namespaces.get('kind-worker')?.interfaces;
  if (node === undefined || interfaces === undefined) throw new Error('the fixture has no kind-worker');
  const input = felixInput(state, node, state.pods, interfaces);
  return {
    ...input,
    policyChains,
    workloads: input.workloads.map((workload) =>
      workload.interface === vethName('default', 'web')
        ? { ...workload, ingressTiers: [{ name: 'default', policyChains: [ingressChain], end: 'deny' }] }
        : workload,
    ),
  };
}

describe.skipIf(!hasSharedData)('the rules of v3.31 with one policy (needs ../shared)', () => {
  it.each(modes)('%s', (mode, pool) => {
    const expected = sharedText(`vectors/calico/iptables-felix-v3.31-${mode}.txt`);
    const printed = renderIptablesSave(assembleNetfilter(renderFelix(scenario(pool)), []), 'ipv4');
    expect(printed.trimEnd()).toBe(expected.trimEnd());
  });
});

describe.skipIf(!hasSharedData)('names (needs ../shared)', () => {
  const names: Readonly<
    Record<'veth' | 'vtepMac' | 'policyChain_to_v3.31_in' | 'policyChain_v3.32_in' | 'profileChain_in', Record<string, string>>
  > = hasSharedData
    ? JSON.parse(sharedText('vectors/calico/names.json'))
    : { veth: {}, vtepMac: {}, 'policyChain_to_v3.31_in': {}, 'policyChain_v3.32_in': {}, profileChain_in: {} };
  it.each(Object.entries(names.veth))('the interface of %s', (workload, name) => {
    const [namespace = '', ...pod] = workload.split('.');
    expect(vethName(namespace, pod.join('.'))).toBe(name);
  });
  it.each(Object.entries(names.vtepMac))('the VTEP of %s', (node, mac) => expect(vtepMac(node)).toBe(mac));
  it.each(Object.entries({ ...names['policyChain_to_v3.31_in'], ...names['policyChain_v3.32_in'] }))(
    'the policy chain of %s',
    (text, name) => expect(chainName('cali-pi-', text)).toBe(name),
  );
  it.each(Object.entries(names.profileChain_in))('the profile chain of %s', (text, name) =>
    expect(chainName('cali-pri-', text)).toBe(name),
  );
});

it('dispatches interfaces with a common first character by a chain of their own', () => {
  const state = clusterFixture({ pods: Array.from({ length: 40 }, (_, index) => ({ name: `web-${index}`, node: 'kind-worker' })) });
  const text = renderIptablesSave(buildCluster(state).namespaces.get('kind-worker')?.netfilter() ?? assembleNetfilter([], []), 'ipv4');
  const children = [...text.matchAll(/-A cali-from-wl-dispatch -i (cali.\+) .* -g (cali-from-wl-dispatch-.)$/gm)];
  expect(children.length).toBeGreaterThan(5);
  for (const [, name = '', chain = ''] of children) {
    expect(name).toBe(`cali${chain.at(-1)}+`);
    const leaves = text.split('\n').filter((line) => line.startsWith(`-A ${chain} -i ${name.slice(0, 5)}`));
    expect(leaves.length).toBeGreaterThan(1);
  }
  const reached = [...text.matchAll(/-g (cali-fw-cali[0-9a-f]{11})$/gm)].map(([, chain]) => chain);
  expect(new Set(reached).size).toBe(40);
});

it('prints the sets that its rules name', () => {
  const netfilter = buildCluster(clusterFixture({ pool: { vxlanMode: 'Always' } }))
    .namespaces.get('kind-worker')
    ?.netfilter();
  const members = Object.fromEntries([...(netfilter?.sets ?? [])].map(([name, set]) => [name, set.members.map((member) => member.cidr)]));
  expect(members).toEqual({
    'cali40all-ipam-pools': ['10.244.0.0/16'],
    'cali40masq-ipam-pools': ['10.244.0.0/16'],
    'cali40all-vxlan-net': ['172.18.0.3/32', '172.18.0.4/32'],
    'cali40this-host': ['127.0.0.1/32', '172.18.0.2/32', '10.244.162.128/32'],
    'cali40dscp-src-net': [],
  });
});
