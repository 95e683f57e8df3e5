import { describe, expect, test } from 'vitest';
import { createManifestReader } from './reader.ts';

const read = (text: string) => createManifestReader().read([{ name: 'f.yaml', text }]);
const problems = (text: string): readonly string[] =>
  read(text).diagnostics.map(
    ({ severity, message, range }) => `${severity} ${range?.line} ${message.code.replace('manifest.', '')} ${message.params.path}`,
  );

const pool = (spec: string): string => `apiVersion: projectcalico.org/v3\nkind: IPPool\nmetadata: {name: p}\nspec: {${spec}}\n`;
const proxy = (fields: string): string => `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${fields}\n`;

describe('cluster documents', () => {
  test.each([
    ['kubeadm.k8s.io/v1beta4', '[{name: service-node-port-range, value: 30000-31000}]'],
    ['kubeadm.k8s.io/v1beta3', '{service-node-port-range: 30000-31000}'],
  ])('%s: extraArgs becomes a map', (apiVersion, extraArgs) => {
    const text = `apiVersion: ${apiVersion}\nkind: ClusterConfiguration\nnetworking: {podSubnet: "10.1.0.0/16,fd00::/56", dnsDomain: cluster.local}\napiServer:\n  extraArgs: ${extraArgs}\netcd: {local: {dataDir: /x}}\n`;
    const { resources, diagnostics } = read(text);
    expect(diagnostics).toEqual([]);
    expect(resources[0]).toMatchObject({
      reference: { kind: 'ClusterConfiguration', name: 'kubeadm-config' },
      object: { apiServer: { extraArgs: { 'service-node-port-range': '30000-31000' } } },
    });
    expect(resources[0]?.rangeOf('/apiServer/extraArgs/service-node-port-range')?.line).toBe(5);
  });

  test('clusterCIDR: "" is kept apart from a missing key; what kube-proxy writes out for its defaults is quiet', () => {
    const text = proxy(
      'clusterCIDR: ""\nmode: nftables\nnodePortAddresses: null\nconntrack: {maxPerCore: null, min: null}\nipvs: {strictARP: false, syncPeriod: 0s}\nhealthzBindAddress: ""',
    );
    const { resources, diagnostics } = read(text);
    expect(diagnostics).toEqual([]);
    expect(resources[0]?.object).toMatchObject({ clusterCIDR: '', mode: 'nftables' });
    expect(resources[0]?.object).not.toHaveProperty('nodePortAddresses');
    expect(read(proxy('mode: iptables')).resources[0]?.object).not.toHaveProperty('clusterCIDR');
  });

  test('both versions of an IPPool are one object', () => {
    const text = `${pool('cidr: 10.1.0.0/16')}---\n${pool('cidr: 10.2.0.0/16').replace('projectcalico.org/v3', 'crd.projectcalico.org/v1')}`;
    expect(read(text).resources.map(({ object }) => object)).toMatchObject([{ spec: { cidr: '10.2.0.0/16' } }]);
    expect(problems(text)).toEqual(['warning 1 object.twice undefined']);
  });

  test.each<[text: string, found: readonly string[], isRead: boolean]>([
    [pool('cidr: 10.1.0.0/16, blockSize: 26, vxlanMode: CrossSubnet, natOutgoing: true, nodeSelector: all()'), [], true],
    [pool('cidr: 10.1.0.0/33'), ['error 4 field.notCidr spec.cidr'], false],
    [pool('cidr: 10.1.0.0'), ['error 4 field.notCidr spec.cidr'], false],
    [pool('blockSize: 26'), ['error 4 field.required spec.cidr'], false],
    [pool('cidr: 10.1.0.0/16, blockSize: 16'), ['error 4 field.outOfRange spec.blockSize'], false],
    [pool('cidr: "fd00::/64", blockSize: 26'), ['error 4 field.outOfRange spec.blockSize'], false],
    [pool('cidr: 10.1.0.0/28, blockSize: 26'), ['error 4 ipPool.smallerThanBlock spec.cidr'], false],
    [pool('cidr: 10.1.0.0/16, ipipMode: Always, vxlanMode: Always'), ['error 4 ipPool.twoEncapsulations spec.ipipMode'], false],
    [pool('cidr: 10.1.0.0/16, vxlanMode: always'), ['error 4 field.notOneOf spec.vxlanMode'], false],
    [
      pool('cidr: 10.1.0.0/16, disableBGPExport: true, colour: red'),
      ['info 4 field.notModelled spec.disableBGPExport', 'error 4 field.unknown spec.colour'],
      true,
    ],
    [proxy('mode: userspace'), ['error 3 field.notOneOf mode'], false],
    [proxy('iptables: {masqueradeBit: 40}'), ['error 3 field.outOfRange iptables.masqueradeBit'], false],
    [proxy('nodePortAddresses: 10.0.0.0/8'), ['error 3 field.notList nodePortAddresses'], false],
    [proxy('conntrack: {maxPerCore: 1}'), ['info 3 field.notModelled conntrack'], true],
    [
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  title: T\n  requests:\n  - {from: external, to: "http://x/"}\n',
      [],
      true,
    ],
    [
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  title: T\n  requests:\n  - {from: external, show: best}\n',
      ['error 7 field.required spec.requests[0].to', 'error 7 field.notOneOf spec.requests[0].show'],
      false,
    ],
    ['apiVersion: packetwalk.dev/v1\nkind: Scenario\n', ['error 1 object.wrongVersion undefined'], false],
  ])('%s', (text, found, isRead) => {
    expect(problems(text)).toEqual(found);
    expect(read(text).resources).toHaveLength(isRead ? 1 : 0);
  });
});
