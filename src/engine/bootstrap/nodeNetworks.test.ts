/** Networks that are guessed from nodes' addresses, and addresses that cannot be right. */
import { describe, expect, it, test } from 'vitest';
import { runRequest } from '../exchange/runRequest.ts';
import { simulate } from '../simulation.ts';
import { convergeText } from '../testing/clusterText.ts';
import { emptyKernelState } from '../trace/kernelState.ts';

const node = (name: string, address: string, annotated = ''): string => `---
apiVersion: v1
kind: Node
metadata: {name: ${name}${annotated === '' ? '' : `, annotations: {projectcalico.org/IPv4Address: ${annotated}}`}}
status: {addresses: [{type: InternalIP, address: ${annotated === '' ? address : annotated.replace(/\/.*/, '')}}]}
`;
const prefixes = (text: string): readonly string[] =>
  convergeText(text).state.nodes.map(({ addresses }) => addresses.map((entry) => `${entry.address}/${entry.prefixLength}`).join());
const warnings = (text: string): readonly string[] =>
  convergeText(text)
    .diagnostics.map(({ message }) => message.code)
    .filter((code) => code.startsWith('controlplane.node.') && !code.endsWith('noControlPlane'));

describe('the network of a node’s address', () => {
  test.each([
    ['a /24 where nothing is known', node('a', '10.0.1.5') + node('b', '10.0.2.5'), ['10.0.1.5/24', '10.0.2.5/24']],
    ['kind’s own network is a /16', node('a', '172.18.3.0'), ['172.18.3.0/16']],
    ['the annotation’s word', node('a', '', '10.0.1.0/20'), ['10.0.1.0/20']],
    ['an annotation that makes no sense is passed over', node('a', '', '10.0.1.7/77'), ['10.0.1.7/24']],
    ['no node is a network’s or broadcast address', node('a', '10.0.1.0') + node('b', '10.0.0.9'), ['10.0.1.0/23', '10.0.0.9/23']],
    ['nor the broadcast of the wider one', node('a', '10.0.1.255'), ['10.0.1.255/22']],
  ])('%s', (_name, text, expected) => expect(prefixes(text)).toEqual(expected));

  it('has room for the gateway, without which no Pod gets an answer to its ARP', () => {
    const full = Array.from({ length: 254 }, (_, index) => node(`n${index}`, `10.0.1.${index + 1}`)).join('');
    const pod = (name: string, on: string): string => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec: {nodeName: ${on}, containers: [{name: main, image: i, ports: [{containerPort: 80}]}]}
`;
    const simulation = simulate([{ name: 'test.yaml', text: full + pod('a', 'n0') + pod('b', 'n200') }]);
    const { branches } = runRequest(simulation, emptyKernelState, { from: 'pod/default/a', to: 'pod/default/b:80' }).result;
    expect(branches[0]?.disposition).toBe('delivered');
  });
});

describe('addresses that cannot be right', () => {
  test.each([
    ['two nodes with one address', node('a', '10.0.1.5') + node('b', '10.0.1.5'), ['controlplane.node.addressShared']],
    ['an address of the Pods', node('a', '10.244.0.5'), ['controlplane.node.addressInRange']],
    ['loopback', node('a', '127.0.0.1'), ['controlplane.node.addressAdded']],
    ['multicast', node('a', '224.0.0.9'), ['controlplane.node.addressAdded']],
    ['a network of one', node('a', '', '10.0.1.7/32'), ['controlplane.node.noGateway']],
    ['nothing', node('a', '10.0.1.5') + node('b', '10.0.1.6'), []],
  ])('%s', (_name, text, expected) => expect(warnings(text)).toEqual(expected));
});
