/** Chain names must be those of a real node: the same hash everywhere. */
import { describe, expect, it } from 'vitest';
import { hasSharedData, sharedText } from '../../testing/sharedData.ts';
import { chainHash, endpointChainName, serviceChainName } from './chainNames.ts';

describe('chain names', () => {
  // Names that every kubeadm cluster has: they can be looked up in any public dump of one.
  it.each([
    ['default/kubernetes:https', 'tcp', 'KUBE-SVC-NPX46M4PTMTKRN6Y'],
    ['kube-system/kube-dns:dns', 'udp', 'KUBE-SVC-TCOU7JCQXEZGVUNU'],
    ['kube-system/kube-dns:dns-tcp', 'tcp', 'KUBE-SVC-ERIFXISQEP7F7OF4'],
    ['kube-system/kube-dns:metrics', 'tcp', 'KUBE-SVC-JD5MR3NA4I4DYORP'],
  ] as const)('%s %s is %s', (servicePort, protocol, name) => {
    expect(serviceChainName('SVC', servicePort, protocol)).toBe(name);
  });

  it('share their hash among the chains of one port, and have one of their own per endpoint and protocol', () => {
    const names = (['SVC', 'SVL', 'EXT', 'FW'] as const).map((kind) => serviceChainName(kind, 'ns1/svc1:p80', 'tcp'));
    expect(names).toEqual(['SVC', 'SVL', 'EXT', 'FW'].map((kind) => `KUBE-${kind}-XPGD46QRK7WJZT7O`));
    expect(endpointChainName('ns1/svc1:p80', 'tcp', '10.180.0.1:80')).toBe('KUBE-SEP-SXIVWICOYRO3J4NJ');
    expect(serviceChainName('SVC', 'ns1/svc1:p80', 'udp')).not.toBe(names[0]);
  });
});

interface ChainNameFile {
  readonly vectors: {
    readonly iptables: readonly {
      readonly input: string;
      readonly hash: string;
      readonly chains: readonly string[];
    }[];
  };
}

describe.skipIf(!hasSharedData)("kube-proxy's chain names (needs ../shared)", () => {
  const file: ChainNameFile = hasSharedData ? JSON.parse(sharedText('vectors/kube-proxy/chain-names.json')) : { vectors: { iptables: [] } };
  it.each(file.vectors.iptables)('$input', ({ input, hash, chains }) => {
    expect(chainHash(input)).toBe(hash);
    for (const chain of chains) expect(chain.replace(/^KUBE-(SVC|SVL|EXT|FW|SEP)-/, '')).toBe(chainHash(input));
  });
});
