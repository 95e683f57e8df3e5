/** CoreDNS's own handler cases for A, AAAA and CNAME, and the walk through resolv.conf's search list. */
import { describe, expect, test } from 'vitest';
import { indexCluster } from '../clusterIndex.ts';
import { familyOf, ipAddress } from '../net/address.ts';
import { simulate } from '../simulation.ts';
import { hasSharedData, sharedText } from '../testing/sharedData.ts';
import { lookUp, queryDns } from './dns.ts';

interface DnsCase {
  readonly objectsYaml: string;
  readonly exposedNamespaces?: readonly string[];
  readonly queries: readonly {
    readonly qname: string;
    readonly qtype: string;
    readonly rcode: string;
    readonly answer: readonly string[];
  }[];
}

const outside = (name: string) => (name === 'ext.interwebs.test' ? [ipAddress('1.2.3.4')] : undefined);
const namespaceDocument = (name: string): string => `---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;

/** "A 10.0.0.1" and "CNAME target." of an answer, in the vectors' words, as a sorted list. */
function recordsOf(index: ReturnType<typeof indexCluster>, name: string, type: string): readonly string[] {
  const answer = queryDns(index, outside, name);
  const aliases = answer.chain.slice(1).map((target) => `CNAME ${target}.`);
  if (type === 'CNAME') return aliases.slice(0, 1);
  const family = type === 'A' ? 'ipv4' : 'ipv6';
  return [
    ...aliases,
    ...answer.addresses.filter((address) => familyOf(address) === family).map((address) => `${type} ${address}`),
  ].toSorted();
}

const asRecord = (line: string): string => line.split(' ').slice(3).join(' ');

describe.skipIf(!hasSharedData)('CoreDNS vectors (needs ../shared)', () => {
  const read = (name: string): DnsCase =>
    hasSharedData ? JSON.parse(sharedText(`vectors/dns/${name}.json`)) : { objectsYaml: '', queries: [] };

  test.each(['coredns-records', 'coredns-pod-insecure'])('%s', (name) => {
    const vectors = read(name);
    const text = vectors.objectsYaml + ['testns', 'podns'].map(namespaceDocument).join('');
    const index = indexCluster(simulate([{ name: 'dns.yaml', text }]).state);
    // The fixture exposes one namespace, kubeadm's Corefile all of them; svcempty has svc1's ClusterIP, which an API server refuses.
    const queries = vectors.queries.filter(
      (query) =>
        ['A', 'AAAA', 'CNAME'].includes(query.qtype) &&
        !/unexposedns|kube-system|svcempty/.test(query.qname) &&
        !query.qname.startsWith('*'),
    );
    expect(queries.length).toBeGreaterThan(name === 'coredns-records' ? 25 : 4);
    for (const { qname, qtype, rcode, answer } of queries) {
      const label = `${qname} ${qtype}`;
      expect([label, queryDns(index, outside, qname).status === 'nxdomain' ? 'NXDOMAIN' : 'NOERROR']).toEqual([label, rcode]);
      expect([label, recordsOf(index, qname, qtype)]).toEqual([label, answer.map(asRecord).toSorted()]);
    }
  });
});

describe('the search list', () => {
  const text = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: other}
spec: {clusterIP: 10.96.7.7, ports: [{port: 80}]}
${namespaceDocument('other')}`;
  const index = indexCluster(simulate([{ name: 'search.yaml', text }]).state);
  const resolvConf = { nameservers: ['10.96.0.10'], search: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], ndots: 5 };

  test.each([
    ['web.other', 2, 'found'],
    ['web.other.svc', 3, 'found'],
    ['web.other.svc.cluster.local', 4, 'found'],
    ['web.other.svc.cluster.local.', 1, 'found'],
    ['web', 4, 'nxdomain'],
    ['ext.interwebs.test', 4, 'found'],
    ['WEB.Other', 2, 'found'],
  ])('%s takes %i tries and is %s', (name, tries, status) => {
    const lookup = lookUp(index, outside, resolvConf, name);
    expect([lookup.tries.length, lookup.answer.status]).toEqual([tries, status]);
  });

  test('an alias that leads to itself ends', () => {
    const loop = `apiVersion: v1
kind: Service
metadata: {name: loop}
spec: {type: ExternalName, externalName: loop.default.svc.cluster.local}`;
    const looped = indexCluster(simulate([{ name: 'loop.yaml', text: loop }]).state);
    expect(queryDns(looped, outside, 'loop.default.svc.cluster.local').status).toBe('nxdomain');
  });
});
